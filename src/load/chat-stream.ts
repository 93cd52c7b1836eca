import type {Engine, ServerFacts, Usage} from '../engines/engine.ts';
import type {Failure} from '../schema/sample.ts';
import {EventTooLong, type SseEvent, SseReader} from './sse.ts';

/** The part of an engine that reads replies. */
export type ReplyReaders = Pick<Engine, 'readUsage' | 'readWhole' | 'readError'>;

export const nothingTold: Usage = {promptTokens: null, outputTokens: null, cachedPromptTokens: null};

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown) => typeof value === 'string' && value !== '';

/** Where engines put what a token says. Role deltas, finish chunks and `reasoning_content: null` carry no token. */
const carriesToken = ({delta, text}: Fields) =>
  isText(text) ||
  (isFields(delta) && (isText(delta.content) || isText(delta.reasoning) || isText(delta.reasoning_content)));

/** An answer as it was streamed, with the times at which its parts arrived. */
export class ChatStream {
  firstChunkMs: number | null = null;
  readonly tokenEventsMs: number[] = [];
  usage: Usage = nothingTold;
  finishReason: string | null = null;
  /** `[DONE]` was seen: the server had nothing left to say. */
  done = false;

  readonly #engine: ReplyReaders;
  readonly #facts: ServerFacts;
  readonly #sse = new SseReader(event => this.#onEvent(event));
  #failure: Pick<Failure, 'kind' | 'message'> | null = null;
  /** The first bytes, for a reply that is no event stream at all. */
  #beginning: string | null = null;
  #atMs = 0;
  #tokensSoFar: number | null = 0;
  readonly #tokensPerEvent: number[] = [];

  constructor(engine: ReplyReaders, facts: ServerFacts) {
    this.#engine = engine;
    this.#facts = facts;
  }

  /** `atMs` is when the bytes arrived: every event that they complete gets that stamp. */
  feed(bytes: Uint8Array, atMs: number): void {
    if (this.#failure !== null) return;
    this.#atMs = atMs;
    this.#beginning ??= Buffer.from(bytes.subarray(0, 200)).toString('utf8');
    try {
      this.#sse.feed(bytes);
    } catch (thrown) {
      if (!(thrown instanceof EventTooLong)) throw thrown;
      this.#failure = {kind: 'malformed', message: thrown.message};
    }
  }

  /** Why the stream, as far as it came, is not an answer; null if it is one. */
  failure(): Pick<Failure, 'kind' | 'message'> | null {
    if (this.#failure !== null) return this.#failure;
    if (this.#beginning === null) return {kind: 'empty', message: 'the reply has no body'};
    if (this.firstChunkMs === null)
      return {kind: 'malformed', message: `the reply has no event; it begins with: ${this.#beginning}`};
    if (!this.done && this.finishReason === null)
      return {kind: 'disconnect', message: 'the stream ended without [DONE] and without a finish reason'};
    if (this.tokenEventsMs.length === 0) return {kind: 'empty', message: 'the stream was complete and had no token'};
    return null;
  }

  /** Null unless the usage of every event with tokens counted them. */
  get tokensPerEvent(): readonly number[] | null {
    return this.#tokensSoFar === null || this.tokenEventsMs.length === 0 ? null : this.#tokensPerEvent;
  }

  #onEvent({name, data}: SseEvent): void {
    if (this.#failure !== null) return;
    this.firstChunkMs ??= this.#atMs;
    if (name === 'error') this.#failWith(data);
    else if (data === '[DONE]') this.done = true;
    else this.#onChunk(data);
  }

  #failWith(error: string): void {
    this.#failure = {kind: 'error-event', message: this.#engine.readError(error) ?? error.slice(0, 200)};
  }

  #onChunk(data: string): void {
    let chunk: unknown;
    try {
      chunk = JSON.parse(data);
    } catch {} // undefined, then, which is no object either
    if (!isFields(chunk)) {
      this.#failure = {kind: 'malformed', message: `an event is not a JSON object: ${data.slice(0, 200)}`};
      return;
    }
    // Errors come as {"error": …} or as an error object itself.
    if ((chunk.error ?? null) !== null || chunk.object === 'error') this.#failWith(data);
    else this.#onAnswer(chunk);
  }

  #onAnswer(chunk: Fields): void {
    const counted = (chunk.usage ?? null) !== null;
    if (counted) this.usage = this.#engine.readUsage(chunk.usage, this.#facts);
    const choices: unknown = chunk.choices;
    const choice: unknown = Array.isArray(choices) ? choices[0] : undefined; // none in a usage chunk
    if (!isFields(choice)) return;
    if (carriesToken(choice)) this.#onToken(counted ? this.usage.outputTokens : null);
    if (isText(choice.finish_reason)) this.finishReason = String(choice.finish_reason);
  }

  /** `tokens` is the count of the whole answer up to this event. */
  #onToken(tokens: number | null): void {
    this.tokenEventsMs.push(this.#atMs);
    if (this.#tokensSoFar === null) return;
    // A count that runs backwards is none.
    if (tokens === null || tokens < this.#tokensSoFar) this.#tokensSoFar = null;
    else {
      this.#tokensPerEvent.push(tokens - this.#tokensSoFar);
      this.#tokensSoFar = tokens;
    }
  }
}
