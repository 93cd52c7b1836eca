import type {ServerFacts, Usage} from '../engines/engine.ts';
import type {Failure} from '../schema/sample.ts';
import {nothingTold, type ReplyReaders} from './chat-stream.ts';

const lineFeed = 10;
const carriageReturn = 13;
const byteOrderMark = [0xef, 0xbb, 0xbf];

interface SseEvent {
  /** The event's `event` field, 'message' where it has none. */
  readonly name: string;
  readonly data: string;
}

/** An event longer than this is not one of a token stream: the reader stops rather than fill the memory. */
const maxEventBytes = 1024 * 1024;

/** What `feed` throws when an event outgrows `maxEventBytes`; the reader is of no use afterwards. */
class EventTooLong extends Error {
  override readonly name = 'EventTooLong';
}

/**
 * Reads server-sent events (WHATWG HTML, §9.2) from bytes that come in any pieces. It looks for line ends in bytes, so
 * that a character cut in two is whole again before it is decoded. Lines end with CR, LF or both. Comments, `id` and
 * `retry` are skipped; an event that no blank line ends is dropped.
 */
class PlainSseReader {
  readonly #onEvent: (event: SseEvent) => void;
  /** The pieces of a line whose end has not come yet. */
  #begun: Uint8Array[] = [];
  #endedInCarriageReturn = false;
  #firstLine = true;
  #eventBytes = 0;
  #name = '';
  #data: string[] = [];

  constructor(onEvent: (event: SseEvent) => void) {
    this.#onEvent = onEvent;
  }

  /** Calls `onEvent` for every event that these bytes complete. The bytes may be overwritten when it returns. */
  feed(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    // The LF of a CRLF that was cut in two ends no further line.
    let lineStart = this.#endedInCarriageReturn && bytes[0] === lineFeed ? 1 : 0;
    this.#endedInCarriageReturn = bytes.at(-1) === carriageReturn;
    for (let position = lineStart; position < bytes.length; position += 1) {
      const byte = bytes[position];
      if (byte !== lineFeed && byte !== carriageReturn) continue;
      this.#count(position - lineStart);
      this.#endLine(bytes.subarray(lineStart, position));
      if (byte === carriageReturn && bytes[position + 1] === lineFeed) position += 1;
      lineStart = position + 1;
    }
    if (lineStart === bytes.length) return;
    this.#count(bytes.length - lineStart);
    this.#begun.push(Buffer.from(bytes.subarray(lineStart))); // a copy, which slice() of a Buffer is not
  }

  #count(bytes: number): void {
    this.#eventBytes += bytes;
    if (this.#eventBytes > maxEventBytes) throw new EventTooLong(`an event is longer than ${maxEventBytes} bytes`);
  }

  #endLine(end: Uint8Array): void {
    let line =
      this.#begun.length === 0
        ? Buffer.from(end.buffer, end.byteOffset, end.length)
        : Buffer.concat([...this.#begun, end]);
    this.#begun = [];
    if (this.#firstLine && byteOrderMark.every((byte, index) => line[index] === byte))
      line = line.subarray(byteOrderMark.length);
    this.#firstLine = false;
    if (line.length === 0) this.#endEvent();
    else this.#readField(line.toString('utf8'));
  }

  #readField(line: string): void {
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'data') this.#data.push(value);
    else if (field === 'event') this.#name = value;
  }

  #endEvent(): void {
    const [name, data] = [this.#name === '' ? 'message' : this.#name, this.#data];
    this.#name = '';
    this.#data = [];
    this.#eventBytes = 0;
    if (data.length > 0) this.#onEvent({name, data: data.join('\n')});
  }
}

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown) => typeof value === 'string' && value !== '';

/** Where engines put what a token says. Role deltas, finish chunks and `reasoning_content: null` carry no token. */
const carriesToken = ({delta, text}: Fields) =>
  isText(text) ||
  (isFields(delta) && (isText(delta.content) || isText(delta.reasoning) || isText(delta.reasoning_content)));

/** chat-stream.ts as it was before it learned to read bytes: every event is a string and parsed. */
export class ReferenceStream {
  firstChunkMs: number | null = null;
  readonly tokenEventsMs: number[] = [];
  usage: Usage = nothingTold;
  finishReason: string | null = null;
  /** `[DONE]` was seen: the server had nothing left to say. */
  done = false;

  readonly #engine: ReplyReaders;
  readonly #facts: ServerFacts;
  readonly #sse = new PlainSseReader(event => this.#onEvent(event));
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
