import type {Endpoint} from '../engines/engine.ts';
import type {Failure, Sample} from '../schema/sample.ts';
import {afterReads} from './after-reads.ts';
import {ChatStream, nothingTold, StreamMemory} from './chat-stream.ts';
import type {Clock} from './clock.ts';
import type {ReplyHandlers, ReplyHeader, Transport} from './transport.ts';
import {sampleOf, type Turn, type Wire} from './turn.ts';
import {ReplySample, WholeBody} from './whole-body.ts';
import {statusFailure, type WholeVerdict} from './whole-reply.ts';

/** One read of a reply's body: its bytes as they came, and when. */
export interface Read {
  readonly atMs: number;
  readonly bytes: Uint8Array;
}

/** By what way requests go, the same for all of a load. */
export interface Route {
  readonly engine: Wire;
  readonly endpoint: Pick<Endpoint, 'facts'>;
  readonly transport: Transport;
  readonly clock: Clock;
  /** Of all whole replies that come this way. */
  readonly replySample: ReplySample;
  /** Of all streams that come this way. */
  readonly streamMemory: StreamMemory;
  /** For the whole request, from the moment it is handed to the transport. */
  readonly timeoutMs: number;
}

/** A way that nothing has come yet. */
export const newRoute = (way: Omit<Route, 'replySample' | 'streamMemory'>): Route => ({
  ...way,
  replySample: new ReplySample(),
  streamMemory: new StreamMemory(),
});

export interface Numbered {
  readonly trial: number;
  readonly index: number;
  readonly scheduledMs: number | null;
}

/** One request on its way to becoming one sample. */
export class Exchange implements ReplyHandlers {
  /** Never rejects: a failure is a sample too. */
  readonly ended: Promise<Sample>;
  /** Every read of the body; null where they are not kept. */
  readonly reads: Read[] | null;
  /** It was written to an open connection: the server may have taken it. */
  left = false;
  /** Null while no head has come. */
  status: number | null = null;
  /** What a refusal says of when to come again; null where it does not, and of other replies. */
  retryAfter: string | null = null;

  readonly #route: Route;
  readonly #turn: Turn;
  readonly #numbered: Numbered;
  readonly #stream: ChatStream | null;
  /** Null while a stream is read, or nothing has come. */
  #wholeBody: WholeBody | null = null;
  readonly #deadline: NodeJS.Timeout;
  #lastLook: NodeJS.Immediate | undefined;
  readonly #hangUp: () => void;
  #resolve: (sample: Sample) => void = () => {};
  #sentMs: number;
  #firstByteMs: number | null = null;
  #replyBytes = 0;

  /** Sends the request. */
  constructor(route: Route, turn: Turn, numbered: Numbered, keepReads = false) {
    this.#route = route;
    this.#turn = turn;
    this.#numbered = numbered;
    this.reads = keepReads ? [] : null;
    this.#stream =
      turn.request.kind === 'chat' && route.engine.streams
        ? new ChatStream(route.engine, route.endpoint.facts, route.streamMemory)
        : null;
    this.ended = new Promise(resolve => {
      this.#resolve = resolve;
    });
    this.#sentMs = route.clock.now(); // until it really leaves; a refused connection keeps this stamp
    this.#deadline = setTimeout(() => {
      // What has come in time and was not read, because this thread was busy, is no late reply: the sockets are read once more.
      this.#lastLook = setImmediate(() => this.#cutOff('timeout', `no complete reply within ${route.timeoutMs} ms`));
    }, route.timeoutMs);
    this.#hangUp = route.transport.send(turn.http, this);
  }

  /** Ends the request as failed, because the run is over. */
  abort(): void {
    this.#cutOff('aborted', 'the run was interrupted');
  }

  /** What was streamed has come to its `[DONE]`; always true where nothing is streamed. */
  get done(): boolean {
    return this.#stream === null || this.#stream.done;
  }

  onSent(atMs: number): void {
    this.left = true;
    this.#sentMs = atMs;
  }

  onHead(status: number, atMs: number, header: ReplyHeader): void {
    this.status = status;
    if (status === 429 || status === 503) this.retryAfter = header('retry-after');
    this.#firstByteMs = atMs;
    if (!this.#streams) this.#wholeBody = new WholeBody(this.#turn.request, status, this.#route.replySample);
  }

  onBytes(buffer: Buffer, start: number, end: number, atMs: number): void {
    this.#replyBytes += end - start;
    this.reads?.push({atMs, bytes: Buffer.from(buffer.subarray(start, end))});
    if (this.#wholeBody === null) this.#stream?.feed(buffer, start, end, atMs);
    else this.#wholeBody.feed(buffer, start, end);
  }

  onEnd(atMs: number): void {
    this.#end(atMs, null);
  }

  onError(failure: Pick<Failure, 'kind' | 'message'>, atMs: number): void {
    this.#end(atMs, failure);
  }

  /** An error status is explained by a whole body even where an answer would have been streamed. */
  get #streams(): boolean {
    return this.#stream !== null && (this.status ?? 0) < 400;
  }

  #cutOff(kind: Failure['kind'], message: string): void {
    this.#hangUp();
    this.#end(this.#route.clock.now(), {kind, message});
  }

  #end(endMs: number, broken: Pick<Failure, 'kind' | 'message'> | null): void {
    clearTimeout(this.#deadline);
    clearImmediate(this.#lastLook);
    afterReads(() => this.#settle(endMs, broken));
  }

  #settle(endMs: number, broken: Pick<Failure, 'kind' | 'message'> | null): void {
    const {usage, failure} = this.#judge(broken);
    const stream = this.#streams ? this.#stream : null;
    this.#resolve(
      sampleOf(this.#turn, {
        ...this.#numbered,
        sentMs: this.#sentMs,
        firstByteMs: this.#firstByteMs,
        endMs,
        replyBytes: this.#replyBytes,
        usage,
        stream,
        failure,
      }),
    );
  }

  #judge(broken: Pick<Failure, 'kind' | 'message'> | null): WholeVerdict {
    const {engine, endpoint} = this.#route;
    const status = this.status;
    if (this.#stream !== null && this.#streams) {
      const said = this.#stream.failure();
      // After [DONE] nothing was missing, and after an error nothing more was to come, however the connection ended.
      const over = this.#stream.done || said?.kind === 'error-event';
      const failure = (over ? null : broken) ?? said;
      return {usage: this.#stream.usage, failure: failure && {...failure, status}};
    }
    if (broken !== null || status === null || this.#wholeBody === null)
      return {usage: nothingTold, failure: {kind: 'disconnect', message: 'no reply', ...broken, status}};
    if (this.#stream !== null)
      return {usage: nothingTold, failure: statusFailure(engine, status, this.#wholeBody.text)};
    return this.#wholeBody.judge(engine, endpoint.facts);
  }
}
