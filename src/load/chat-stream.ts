import type {Engine, ServerFacts, Usage} from '../engines/engine.ts';
import {EventTooLong, type SseEvent, SseReader} from '../http/sse.ts';
import type {Failure} from '../schema/sample.ts';
import {isFields, readChunk} from './answer-chunk.ts';
import {learnTemplate, type TokenTemplate} from './token-template.ts';

/** The part of an engine that reads replies. */
export type ReplyReaders = Pick<Engine, 'readUsage' | 'readWhole' | 'readError'>;

export const nothingTold: Usage = {promptTokens: null, outputTokens: null, cachedPromptTokens: null};

/**
 * What the streams of one server have in common. An event means what it says whoever streams it, so that a template that
 * one stream has learned serves the next one too, where all that it does not leave open is the same.
 */
export class StreamMemory {
  template: TokenTemplate | null = null;
}

/** An answer as it was streamed, with the times at which its parts arrived. */
export class ChatStream {
  firstChunkMs: number | null = null;
  readonly tokenEventsMs: number[] = [];
  finishReason: string | null = null;
  /** `[DONE]` was seen: the server had nothing left to say. */
  done = false;

  readonly #engine: ReplyReaders;
  readonly #facts: ServerFacts;
  readonly #memory: StreamMemory;
  readonly #sse = new SseReader();
  #failure: Pick<Failure, 'kind' | 'message'> | null = null;
  /** The first bytes, for a reply that is no event stream at all. */
  #beginning: string | null = null;
  #usage: Usage = nothingTold;
  /** The last event had its usage as its template has it, but for the tokens of the answer. */
  #usageByTemplate: Usage | null = null;
  #templateTokens: number | null = null;
  #atMs = 0;
  #tokensSoFar: number | null = 0;
  readonly #tokensPerEvent: number[] = [];
  /** The last one that knew an event of this stream: streams that run at once may differ in their ids. */
  #template: TokenTemplate | null = null;
  #learned = 0;
  #matched = 0;

  constructor(engine: ReplyReaders, facts: ServerFacts, memory: StreamMemory) {
    this.#engine = engine;
    this.#facts = facts;
    this.#memory = memory;
  }

  /** `atMs` is when the bytes from `start` to `end` arrived: every event that they complete gets that stamp. */
  feed(bytes: Buffer, start: number, end: number, atMs: number): void {
    if (this.#failure !== null) return;
    this.#atMs = atMs;
    this.#beginning ??= bytes.toString('utf8', start, Math.min(end, start + 200));
    let at = start;
    while (at < end && this.#failure === null) {
      const next = this.#sse.betweenEvents ? this.#matchToken(bytes, at, end) : -1;
      at = next < 0 ? this.#readEvent(bytes, at, end) : next;
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

  get usage(): Usage {
    return this.#usageByTemplate === null
      ? this.#usage
      : {...this.#usageByTemplate, outputTokens: this.#templateTokens};
  }

  /** Null unless the usage of every event with tokens counted them. */
  get tokensPerEvent(): readonly number[] | null {
    return this.#tokensSoFar === null || this.tokenEventsMs.length === 0 ? null : this.#tokensPerEvent;
  }

  /** Takes an event of the kind that was seen before, and returns where it ends; -1 where there is none at `start`. */
  #matchToken(bytes: Buffer, start: number, end: number): number {
    const template = this.#template ?? this.#memory.template;
    if (template === null) return -1;
    const next = template.match(bytes, start, end);
    if (next < 0) return -1;
    this.#template = template;
    this.#matched += 1;
    this.firstChunkMs ??= this.#atMs;
    const tokens = template.outputTokens;
    if (template.usage !== null) {
      this.#usageByTemplate = template.usage;
      this.#templateTokens = tokens;
    }
    this.#onToken(tokens);
    return next;
  }

  /** Reads on by strings and JSON.parse, up to the end of an event. */
  #readEvent(bytes: Buffer, start: number, end: number): number {
    const whole = this.#sse.betweenEvents;
    const tokensBefore = this.tokenEventsMs.length;
    let next: number;
    try {
      next = this.#sse.read(bytes, start, end);
    } catch (thrown) {
      if (!(thrown instanceof EventTooLong)) throw thrown;
      this.#failure = {kind: 'malformed', message: thrown.message};
      return end;
    }
    if (this.#sse.event === null) return next;
    const usageBefore = this.#usage;
    this.#onEvent(this.#sse.event);
    // Events of many kinds in turn are not worth a template each.
    if (whole && this.tokenEventsMs.length > tokensBefore && this.#learned < 8 + this.#matched / 16) {
      this.#learned += 1;
      const counted = this.#usage !== usageBefore;
      const readUsage = (usage: unknown) => this.#engine.readUsage(usage, this.#facts);
      const raw = bytes.subarray(start, next);
      const template = learnTemplate(raw, counted ? this.#usage : null, readUsage);
      if (template !== null) this.#template = this.#memory.template = template;
    }
    return next;
  }

  #onEvent({name, data}: SseEvent): void {
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
    const {isError, usage, carriesToken, finishReason} = readChunk(chunk);
    if (isError) {
      this.#failWith(data);
      return;
    }
    if (usage !== null) {
      this.#usage = this.#engine.readUsage(usage, this.#facts);
      this.#usageByTemplate = null;
    }
    if (carriesToken) this.#onToken(usage === null ? null : this.#usage.outputTokens);
    if (finishReason !== null) this.finishReason = finishReason;
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
