import type {Engine, ServerFacts} from '../engines/engine.ts';
import {parseJson} from '../engines/json-field.ts';
import {untoldFacts} from '../engines/untold-facts.ts';
import {CutoverError, reasonOf} from '../errors.ts';
import {fetchText} from '../http/fetch-text.ts';
import {type AskedChat, type ChatAnswer, type ChatServer, ServerAway} from './chat-server.ts';
import {ReplyText} from './reply-text.ts';

export interface HttpChatOptions {
  /** Origin without a trailing slash, for example http://127.0.0.1:8000 */
  readonly url: string;
  /** The `model` of requests. */
  readonly model: string;
  readonly engine: Pick<Engine, 'path' | 'health' | 'readUsage' | 'readError'>;
  /** What the server says of itself; SGLang tells a cached count of 0 from an unknown one by it only. */
  readonly facts?: ServerFacts;
  /** Default true. Without, the first byte comes when the last token is made. */
  readonly stream?: boolean;
  /** Of sampling; default 0. */
  readonly temperature?: number;
  /** To the first byte of the reply's head; default 30 000. Where it does not come, another server may be asked. */
  readonly firstByteMs?: number;
  /** For the whole reply; default 120 000. */
  readonly wholeMs?: number;
  /** Of the health check; default 5 000. */
  readonly healthMs?: number;
  /** Sent with every request, for example `authorization`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a gateway answers when there is no server behind it, and a server that is starting or overrun. */
const away = new Set([502, 503, 504]);

/** fetch says "fetch failed" and has the reason behind it. */
const reasonBehind = (thrown: unknown): string =>
  reasonOf(thrown instanceof Error && thrown.cause !== undefined ? thrown.cause : thrown);

/** A server with OpenAI's chat completions, such as vLLM and SGLang have, or, not streamed, the service of docs/contract.md. */
export const httpChat = ({
  url,
  model,
  engine,
  facts = untoldFacts,
  stream = true,
  temperature = 0,
  firstByteMs = 30_000,
  wholeMs = 120_000,
  healthMs = 5000,
  headers = {},
}: HttpChatOptions): ChatServer => {
  const bodyOf = ({messages, outputTokens}: AskedChat) => ({
    model,
    messages,
    temperature,
    ...(outputTokens === null ? {} : {max_tokens: outputTokens}),
    ...(stream ? {stream: true, stream_options: {include_usage: true}} : {}),
  });
  const brokenOff = (why: string, cause?: unknown) =>
    new CutoverError('ENGINE_DIED', `${url}: the answer broke off: ${why}`, {
      hint: 'Ask again; the history is as it was.',
      cause,
    });
  const noAnswer = (why: string) =>
    new CutoverError('TRIAL_FAILED', `${url} gave no answer: ${why}`, {hint: "Read the server's log for the cause."});

  /** The head of the reply. Until it is there, nothing was answered. */
  const send = async (asked: AskedChat, whole: AbortSignal): Promise<Response> => {
    const tooLate = new AbortController();
    const timer = setTimeout(() => tooLate.abort(), firstByteMs);
    try {
      return await fetch(url + engine.path('chat'), {
        method: 'POST',
        headers: {'content-type': 'application/json', ...headers},
        body: JSON.stringify(bodyOf(asked)),
        signal: AbortSignal.any([tooLate.signal, whole, ...(asked.signal === undefined ? [] : [asked.signal])]),
      });
    } catch (thrown) {
      asked.signal?.throwIfAborted();
      const late = tooLate.signal.aborted ? firstByteMs : whole.aborted ? wholeMs : null;
      throw new ServerAway(late === null ? reasonBehind(thrown) : `no answer within ${late / 1000} s`, {cause: thrown});
    } finally {
      clearTimeout(timer);
    }
  };

  const refuse = (status: number, body: string): never => {
    const why = `HTTP ${status}: ${engine.readError(body) ?? body.slice(0, 200)}`;
    if (away.has(status)) throw new ServerAway(why);
    if (status >= 500) throw noAnswer(why);
    throw new CutoverError('BAD_OPTIONS', `${url} refused the request: ${why}`, {
      hint: 'Change what is asked: another server would be asked the same.',
    });
  };

  const readStream = async (response: Response, onText: AskedChat['onText']): Promise<ChatAnswer> => {
    const reply = new ReplyText();
    for await (const bytes of response.body ?? []) {
      const text = reply.feed(bytes);
      if (text !== '') onText?.(text);
    }
    if (reply.broken !== null) throw brokenOff(engine.readError(reply.broken) ?? reply.broken.slice(0, 200));
    if (!reply.ended) throw brokenOff('the stream ended without [DONE]');
    const {text, finishReason} = reply;
    return {text, finishReason, usage: engine.readUsage(reply.usage, facts)};
  };

  const readWhole = async (response: Response, onText: AskedChat['onText']): Promise<ChatAnswer> => {
    const body = await response.text();
    const reply = parseJson(body) as
      | {choices?: {message?: {content?: unknown}; finish_reason?: unknown}[]; content?: unknown; usage?: unknown}
      | null
      | undefined;
    // The service of docs/contract.md answers with the message itself.
    const choice = typeof reply?.content === 'string' ? {message: reply, finish_reason: null} : reply?.choices?.[0];
    // A model that only thought aloud said nothing: its content is null.
    if (choice?.message === undefined) throw noAnswer(`the reply is no chat completion: ${body.slice(0, 200)}`);
    const {content} = choice.message;
    const text = typeof content === 'string' ? content : '';
    if (text !== '') onText?.(text);
    const finishReason = typeof choice.finish_reason === 'string' ? choice.finish_reason : null;
    return {text, finishReason, usage: engine.readUsage(reply?.usage, facts)};
  };

  return {
    name: url,

    async ask(asked) {
      const whole = AbortSignal.timeout(wholeMs);
      const response = await send(asked, whole);
      const {onText, signal} = asked;
      try {
        if (!response.ok) refuse(response.status, await response.text().catch(() => ''));
        return await (stream ? readStream(response, onText) : readWhole(response, onText));
      } catch (thrown) {
        signal?.throwIfAborted();
        if (thrown instanceof CutoverError || thrown instanceof ServerAway) throw thrown;
        throw brokenOff(
          whole.aborted ? `it was not complete within ${wholeMs / 1000} s` : reasonBehind(thrown),
          thrown,
        );
      }
    },

    async isAvailable(signal) {
      const {method, path, ready} = engine.health;
      try {
        return ready(await fetchText(url + path, {method, timeoutMs: healthMs, ...(signal && {signal})}));
      } catch {
        signal?.throwIfAborted();
        return false;
      }
    },
  };
};
