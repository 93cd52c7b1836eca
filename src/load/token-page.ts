import type {Endpoint, Engine} from '../engines/engine.ts';
import {fetchText} from '../http/fetch-text.ts';
import {asked} from '../workloads/chat.ts';
import {codeSamples, questionSamples, textSamples} from '../workloads/length-samples.ts';

const timeoutMs = 30_000;

/** What a tokenizer makes of the workloads' code and of texts in their form, all samples together. */
export interface TokenCounts {
  readonly code: number;
  readonly texts: number;
  readonly questions: number;
  /** What an encoder puts around a text. */
  readonly special: number;
}

/** No tokenizer puts this much code into a token: a count that says so is of a text that was cut. */
const mostCharactersPerToken = 12;

/** The server's page for counting, as one role's endpoint has it; behind a router the first worker's, as they serve one model. */
export class TokenPage {
  readonly #tokenize: NonNullable<Engine['tokenize']>;
  readonly #endpoint: Endpoint;
  readonly #url: string;
  readonly #signal: AbortSignal;

  constructor(tokenize: NonNullable<Engine['tokenize']>, endpoint: Endpoint, signal: AbortSignal) {
    this.#tokenize = tokenize;
    this.#endpoint = endpoint;
    this.#url = (endpoint.behind?.[0]?.url ?? endpoint.url) + tokenize.path;
    this.#signal = signal;
  }

  async #ask(json: Record<string, unknown>): Promise<number | null> {
    const asking = {method: 'POST', json, timeoutMs, signal: this.#signal} as const;
    const reply = await fetchText(this.#url, asking).catch(() => null);
    this.#signal.throwIfAborted();
    return reply === null ? null : this.#tokenize.count(reply);
  }

  async #ofText(text: string, special = false): Promise<number | null> {
    const tokens = await this.#ask(this.#tokenize.ofText(text, this.#endpoint.model, special));
    return tokens === null || tokens * mostCharactersPerToken < text.length ? null : tokens;
  }

  /** Of all texts at once; one by one where the server holds a text against the context of its model. */
  async #ofTexts(texts: readonly string[]): Promise<number | null> {
    const whole = await this.#ofText(texts.join(''));
    if (whole !== null) return whole;
    let sum = 0;
    for (const text of texts) {
      const tokens = await this.#ofText(text);
      if (tokens === null) return null;
      sum += tokens;
    }
    return sum;
  }

  /** Null when the server does not tell. Rejects only with the signal's reason. */
  async counts(): Promise<TokenCounts | null> {
    const code = await this.#ofTexts(codeSamples);
    if (code === null) return null;
    // At once: nothing is measured yet, and the run waits for them.
    const [texts, questions, plain, marked] = await Promise.all([
      this.#ofTexts(textSamples),
      this.#ofTexts(questionSamples),
      this.#ofText('a'),
      this.#ofText('a', true),
    ]);
    if (texts === null || questions === null || plain === null || marked === null) return null;
    return {code, texts, questions, special: marked - plain};
  }

  /** What the chat template makes of the system prompt and an empty question; null when the server does not tell. */
  framing(): Promise<number | null> {
    return this.#ask(this.#tokenize.ofMessages(asked(''), this.#endpoint.model));
  }
}
