import type {IncomingMessage} from 'node:http';
import {text} from 'node:stream/consumers';
import {reasonOf} from '../errors.ts';

export interface FetchOptions {
  /** Default GET. */
  readonly method?: 'GET' | 'POST';
  /** Sent as the JSON body. */
  readonly json?: unknown;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is, where there is no `json`. */
  readonly body?: string | Uint8Array;
}

export interface FetchedText {
  readonly status: number;
  readonly body: string;
  /** By lower-case name; repeated headers are joined with a comma. */
  readonly headers: IncomingMessage['headers'];
}

/**
 * Node's own client. Not imported: that touches every export of the module, among them a WebSocket for which Node loads
 * a second HTTP client (50 ms and 15 MB, ten times as much as the module itself).
 */
const clientFor = (url: string) => process.getBuiltinModule(url.startsWith('https:') ? 'node:https' : 'node:http');

/**
 * One small request on a connection of its own, outside every measurement; an HTTP error status is a reply like any
 * other. Rejects with the reason in one sentence when none comes, and with the signal's own when it is aborted.
 */
export const fetchText = async (
  url: string,
  {method = 'GET', json, timeoutMs, signal, ...given}: FetchOptions,
): Promise<FetchedText> => {
  const timeout = AbortSignal.timeout(timeoutMs);
  const halt = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
  const body = json === undefined ? given.body : JSON.stringify(json);
  const headers = {
    ...(json === undefined ? {} : {'content-type': 'application/json'}),
    ...(body === undefined ? {} : {'content-length': Buffer.byteLength(body)}),
    ...given.headers,
  };
  try {
    const reply = await new Promise<IncomingMessage>((resolve, reject) => {
      // Without an agent the connection is closed: an idle one would hold up a server that is asked to stop.
      clientFor(url).request(url, {method, headers, agent: false, signal: halt}, resolve).on('error', reject).end(body);
    });
    return {status: reply.statusCode ?? 0, body: await text(reply), headers: reply.headers};
  } catch (thrown) {
    signal?.throwIfAborted();
    throw new Error(timeout.aborted ? `no answer within ${timeoutMs / 1000} s` : reasonOf(thrown), {cause: thrown});
  }
};
