/** What a reply to a case may be. Whatever it is, it keeps the contract. */
export type Expected =
  /** 200, or a refusal that is not the caller's fault alone: an unknown model, too many tokens, no place. */
  | 'taken'
  /** 400 `invalid`. */
  | 'invalid'
  /** Any refusal that blames the request. */
  | 'refused'
  /** One of the three above. */
  | 'whole';

/** One thing that is done to the gateway: bytes on a connection, and what may come back. */
export interface FuzzCase {
  /** Which kind of mischief. */
  readonly name: string;
  readonly method: string;
  /** As the OpenAPI document has it; null where it is no operation's. */
  readonly path: string | null;
  /** The id that must come back; null where any may. */
  readonly id: string | null;
  /** Written one after the other, `pauseMs` apart. */
  readonly pieces: readonly Buffer[];
  readonly pauseMs: number;
  /** So many replies come, on a connection that may be used again; null: the connection is the case's own, and any number may. */
  readonly replies: number | null;
  /** How a connection of its own ends when nothing more comes. */
  readonly ending: 'half-close' | 'reset';
  readonly expected: Expected;
}

/** A request in one piece. `headers` are lines. */
export const requestBytes = (
  method: string,
  target: string,
  headers: readonly string[],
  body: Uint8Array = Buffer.alloc(0),
): Buffer =>
  Buffer.concat([Buffer.from(`${[`${method} ${target} HTTP/1.1`, ...headers].join('\r\n')}\r\n\r\n`, 'latin1'), body]);
