import type {Failure} from '../schema/sample.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** The value of a reply's header, the first one where there are several; null where there is none. */
export type ReplyHeader = (name: string) => string | null;

/**
 * What becomes of one request. Stamps are taken when the event loop hands over what arrived, before anything is parsed;
 * whatever one read of the socket brought has one stamp. Exactly one of `onEnd` and `onError` is called, last.
 */
export interface ReplyHandlers {
  /** The request is about to be written to an open connection. */
  onSent(atMs: number): void;
  /** `atMs` is the first byte of the reply's head. `header` finds what it says by a name in lower case, until the reply has ended. */
  onHead(status: number, atMs: number, header: ReplyHeader): void;
  /** The body goes on with `buffer` from `start` to `end`, exclusive; it may be overwritten when this returns. */
  onBytes(buffer: Buffer, start: number, end: number, atMs: number): void;
  onEnd(atMs: number): void;
  onError(failure: Pick<Failure, 'kind' | 'message'>, atMs: number): void;
}

/** HTTP/1.1 to one server: persistent connections, one request at a time on each, no retries, no redirects. */
export interface Transport {
  /** Which HTTP client sends what is sent now. */
  readonly http: 'net' | 'undici';
  /** What was odd in the first reply, so that undici took over from the plain sockets; null where it did not. */
  readonly switched: string | null;
  /** Returns a function that ends the request by closing its connection; no handler is called after it. */
  send(request: HttpRequest, handlers: ReplyHandlers): () => void;
  /**
   * Opens connections until `count` are free, so that no request pays for one. A server that refuses them is not an
   * error here: the requests will tell. It begins no more of them once `goOn` says no.
   */
  open(count: number, goOn?: () => boolean): Promise<void>;
  /** Connections that were opened so far. */
  readonly connectionsOpened: number;
  /** Connections that could not be opened so far: refused, too late, or with no descriptor or port left for them. */
  readonly connectionsRefused: number;
  /** Closes every connection, whatever runs on it. */
  close(): Promise<void>;
}
