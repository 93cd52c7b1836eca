import {connect, type Socket} from 'node:net';
import {reasonOf} from '../errors.ts';
import type {Failure} from '../schema/sample.ts';
import type {Clock} from './clock.ts';
import {connectReason} from './connect-reason.ts';
import {MalformedReply} from './http1-head.ts';
import {Http1Reader} from './http1-reader.ts';
import type {ReplyHandlers} from './transport.ts';

const connectTimeoutMs = 10_000;

/** What the connections of one transport have in common. */
export interface ConnectionOwner {
  readonly clock: Clock;
  /** All sockets read into it: what arrives is used up before the next read. */
  readonly shared: Buffer;
  onOpened(): void;
  /** It could not be opened. */
  onRefused(): void;
  /** A reply was read to its end, or was refused as malformed; before its handlers hear of it. */
  onReply(refused: MalformedReply | null): void;
  /** It may carry a request. */
  onFree(connection: NetConnection): void;
  onClosed(connection: NetConnection): void;
}

/** One socket, and the request that runs on it. */
export class NetConnection {
  /** Until something was heard that ends it. */
  open = true;
  /** It was opened, or could not be. */
  readonly settled: Promise<void>;
  /** Nothing is left of it. */
  readonly closed: Promise<void>;
  readonly #owner: ConnectionOwner;
  readonly #socket: Socket;
  readonly #reader = new Http1Reader();
  #handlers: ReplyHandlers | null = null;
  #connected = false;
  /** A request that waits for the connection to be opened. */
  #waiting: Buffer | null = null;

  constructor(target: {readonly host: string; readonly port: number}, owner: ConnectionOwner) {
    this.#owner = owner;
    this.#socket = connect({
      ...target,
      noDelay: true,
      onread: {buffer: owner.shared, callback: length => this.#onRead(length)},
    });
    const tooLate = `no connection within ${connectTimeoutMs} ms`;
    const settled = Promise.withResolvers<void>();
    const closed = Promise.withResolvers<void>();
    this.settled = settled.promise;
    this.closed = closed.promise;
    this.#socket
      .setTimeout(connectTimeoutMs, () => this.#socket.destroy(new Error(tooLate)))
      .on('connect', () => {
        this.#onConnect();
        settled.resolve();
      })
      .on('error', error => this.#onSocketError(error))
      .on('end', () => this.#onEnd())
      .on('close', () => {
        this.#onLost('the connection was closed');
        owner.onClosed(this);
        settled.resolve();
        closed.resolve();
      });
  }

  /** Sends a request, at once or as soon as the connection is open. */
  send(request: Buffer, handlers: ReplyHandlers): void {
    this.#handlers = handlers;
    if (this.#socket.connecting) this.#waiting = request;
    else this.#write(request, handlers);
  }

  /** Ends the request of `handlers`, if it still runs. */
  cancel(handlers: ReplyHandlers): void {
    if (this.#handlers !== handlers) return;
    this.#handlers = null;
    this.destroy();
  }

  destroy(): void {
    this.open = false;
    this.#reader.abandon();
    this.#socket.destroy();
  }

  #write(request: Buffer, handlers: ReplyHandlers): void {
    this.#reader.begin(handlers);
    handlers.onSent(this.#owner.clock.now());
    this.#socket.write(request);
  }

  #onConnect(): void {
    this.#connected = true;
    this.#socket.setTimeout(0);
    this.#owner.onOpened();
    const request = this.#waiting;
    this.#waiting = null;
    if (this.#handlers === null) this.#owner.onFree(this);
    else if (request !== null) this.#write(request, this.#handlers);
  }

  #onRead(length: number): boolean {
    const atMs = this.#owner.clock.now();
    let read: number;
    try {
      read = this.#reader.read(this.#owner.shared, length, atMs);
    } catch (thrown) {
      if (!(thrown instanceof MalformedReply)) throw thrown;
      this.#owner.onReply(thrown);
      this.#fail({kind: 'malformed', message: thrown.message}, atMs);
      return false;
    }
    // What comes without a request, or after a reply, belongs to nothing: such a connection is not used again.
    if (read < length) this.destroy();
    if (this.#reader.complete && this.#handlers !== null) this.#complete(this.#handlers, atMs);
    return this.open;
  }

  #complete(handlers: ReplyHandlers, atMs: number): void {
    this.#handlers = null;
    // A request that was answered before it had left has its rest before the next one.
    const free = this.open && this.#reader.keepAlive && this.#socket.writableLength === 0;
    if (free) this.#owner.onFree(this);
    else this.destroy();
    this.#owner.onReply(null);
    handlers.onEnd(atMs);
  }

  #onEnd(): void {
    const handlers = this.#handlers;
    if (handlers !== null && this.#reader.close()) this.#complete(handlers, this.#owner.clock.now());
    else this.#onLost('the server closed the connection');
  }

  #onSocketError(error: Error): void {
    if (!this.#connected) this.#owner.onRefused();
    this.#onLost(this.#connected ? reasonOf(error) : connectReason(error));
  }

  #onLost(message: string): void {
    this.open = false;
    this.#fail({kind: this.#reader.begun ? 'disconnect' : 'connect', message}, this.#owner.clock.now());
  }

  #fail(failure: Pick<Failure, 'kind' | 'message'>, atMs: number): void {
    const handlers = this.#handlers;
    this.#handlers = null;
    this.destroy();
    handlers?.onError(failure, atMs);
  }
}
