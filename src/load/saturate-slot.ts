import type {Client, Request} from 'autocannon';
import type {Endpoint} from '../engines/engine.ts';
import {reasonOf} from '../errors.ts';
import type {Failure, Sample} from '../schema/sample.ts';
import {nothingTold} from './chat-stream.ts';
import {toMicrosecond} from './clock.ts';
import {firstOf, type Loop, type Upcoming, upcoming} from './loop.ts';
import type {SteadyWindow} from './steady-window.ts';
import type {Tally} from './tally.ts';
import {type Happened, sampleOf, type Turn, type Wire} from './turn.ts';
import {judgeWholeReply} from './whole-reply.ts';

/** Parsing a large reply takes as long as sending some: past the first ones, only smaller replies are looked into. */
const checkedReplies = 32;
const smallReplyChars = 64 * 1024;

export interface SlotContext {
  readonly trial: number;
  readonly loop: Loop;
  readonly engine: Wire;
  readonly endpoint: Pick<Endpoint, 'url' | 'facts'>;
  readonly timeoutMs: number;
  readonly tally: Tally;
  readonly steady: SteadyWindow;
  onSample(sample: Sample): void;
}

/** `destroy` is not in autocannon's types: it ends the client as an amount of its own would. */
export type AutocannonClient = Client & {destroy(): void};

/** A request whose reply is not complete. */
interface Waiting {
  readonly turn: Turn;
  readonly index: number;
  readonly takenMs: number;
  firstByteMs: number | null;
}

/** One connection of autocannon: told what to send, and listened to. */
export class SaturateSlot {
  readonly #client: AutocannonClient;
  readonly #context: SlotContext;
  readonly #first: Upcoming;
  #last: Upcoming | null = null;
  #waiting: Waiting | null = null;
  #reply = {body: '', endMs: 0};
  #connectionError: Error | null = null;
  #samples = 0;

  constructor(client: AutocannonClient, first: Upcoming, context: SlotContext) {
    this.#client = client;
    this.#context = context;
    this.#first = first;
    const {clock} = context.loop;
    client.on('headers', () => {
      if (this.#waiting !== null) this.#waiting.firstByteMs = clock.now();
    });
    client.on('response', (status, _bytes, responseMs) => this.#onResponse(status, responseMs));
    (client as NodeJS.EventEmitter).on('connError', (error: Error) => {
      this.#connectionError = error;
    });
    const onResponse = (_status: number, body: string) => {
      this.#reply = {body, endMs: clock.now()};
    };
    client.setRequests([{setupRequest: request => this.#next(request), onResponse}]);
  }

  /** Ends the running request as failed, and the slot. */
  abort(): void {
    this.#lose('aborted', 'the run was interrupted');
    this.#client.destroy();
  }

  /**
   * Called by autocannon right before it writes a request, so that nothing is taken that is not sent. Where there is
   * nothing to send the client ends, and what autocannon then still writes to the closed connection goes nowhere.
   */
  #next(request: Request): Request {
    // autocannon's parser would take the next reply for the rest of one that was cut off.
    const cutOff = this.#waiting !== null && this.#waiting.firstByteMs !== null;
    // Asked for the next request before the last one was answered: its connection is gone.
    if (this.#waiting !== null) this.#loseConnection(this.#waiting);
    const turn = cutOff ? null : this.#take();
    if (turn !== null) return {...request, ...turn.http};
    this.#client.destroy();
    return request;
  }

  #take(): Turn | null {
    const {loop, tally} = this.#context;
    const {clock, untilMs, signal, fail} = loop;
    try {
      if (this.#last === null) this.#last = this.#first;
      else if (signal.aborted || clock.now() >= untilMs) return null;
      else this.#last = firstOf(this.#last.rest) ?? upcoming(loop.measure.sessions.next(), loop);
    } catch (thrown) {
      fail(thrown);
      return null;
    }
    if (this.#last === null) return null;
    this.#waiting = {turn: this.#last.turn, index: tally.begin(), takenMs: clock.now(), firstByteMs: null};
    return this.#last.turn;
  }

  #onResponse(status: number, responseMs: number): void {
    if (this.#waiting === null) return;
    const {engine, endpoint} = this.#context;
    const {turn, index, takenMs, firstByteMs} = this.#waiting;
    const {body, endMs} = this.#reply;
    const look = status >= 400 || index < checkedReplies || body.length < smallReplyChars;
    const verdict = look
      ? judgeWholeReply(engine, endpoint.facts, turn.request, {status, body})
      : {usage: nothingTold, failure: null};
    // Between what was seen here: after a lost connection autocannon counts from the lost request's start, and what
    // holds this thread up between its stamp and ours would move the start past the first byte.
    const sentMs = Math.min(Math.max(takenMs, toMicrosecond(endMs - responseMs)), firstByteMs ?? endMs);
    this.#end({sentMs, endMs, replyBytes: Buffer.byteLength(body), ...verdict});
  }

  #loseConnection({takenMs, firstByteMs}: Waiting): void {
    const {loop, timeoutMs} = this.#context;
    const error = this.#connectionError;
    this.#connectionError = null;
    // autocannon gives up on a request by closing its connection; its timer counts whole milliseconds.
    if (error === null && loop.clock.now() - takenMs > timeoutMs - 2)
      this.#lose('timeout', `no complete reply within ${timeoutMs} ms`);
    else
      this.#lose(
        firstByteMs === null ? 'connect' : 'disconnect',
        error === null ? 'other side closed' : reasonOf(error),
      );
  }

  #lose(kind: Failure['kind'], message: string): void {
    if (this.#waiting === null) return;
    const endMs = this.#context.loop.clock.now();
    const failure = {kind, message, status: null};
    this.#end({sentMs: this.#waiting.takenMs, endMs, replyBytes: 0, usage: nothingTold, failure});
  }

  #end(happened: Pick<Happened, 'sentMs' | 'endMs' | 'replyBytes' | 'usage' | 'failure'>): void {
    if (this.#waiting === null) return;
    const {turn, index, firstByteMs} = this.#waiting;
    const {trial, tally, steady, loop, onSample} = this.#context;
    const sample = sampleOf(turn, {trial, index, scheduledMs: null, firstByteMs, stream: null, ...happened});
    this.#waiting = null;
    tally.end(sample);
    if (this.#samples === 0) steady.slotBegan(sample);
    this.#samples += 1;
    try {
      onSample(sample);
    } catch (thrown) {
      loop.fail(thrown);
    }
  }
}
