import {once} from 'node:events';
import type {Agent, ClientRequest, IncomingMessage} from 'node:http';
import {text} from 'node:stream/consumers';
import {reasonOf} from '../errors.ts';

export interface FetchOptions {
  /** Default GET. */
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Sent as the JSON body. */
  readonly json?: unknown;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is, where there is no `json`. */
  readonly body?: string | Uint8Array;
  /** Keeps the connection for the next request; the caller's to destroy. */
  readonly agent?: Agent;
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

const pieceBytes = 2 ** 16;

/**
 * Sends a body piece by piece, until a reply comes: a server that refuses a long body may close the connection before it
 * has read it, and what is sent after that would cost the reply.
 */
const send = async (request: ClientRequest, body: string | Uint8Array): Promise<void> => {
  const bytes = Buffer.from(body);
  const reply = Promise.withResolvers<void>();
  let replied = false;
  request.once('response', () => {
    replied = true;
    reply.resolve();
  });
  let at = 0;
  for (; at + pieceBytes < bytes.length && !replied && !request.destroyed; at += pieceBytes)
    if (!request.write(bytes.subarray(at, at + pieceBytes)))
      await Promise.race([once(request, 'drain'), reply.promise]);
  if (!replied) request.end(bytes.subarray(at));
};

/** How a failure begins where the connection broke while the body was still being sent: what the server said is not known. */
export const sendingBroke = 'the connection broke while the body was being sent';

/**
 * One small request on a connection of its own (unless an agent keeps it), outside every measurement; an HTTP error status is a reply like any
 * other. Rejects with the reason in one sentence when none comes, and with the signal's own when it is aborted.
 */
export const fetchText = async (
  url: string,
  {method = 'GET', json, timeoutMs, signal, agent, ...given}: FetchOptions,
): Promise<FetchedText> => {
  const timeout = AbortSignal.timeout(timeoutMs);
  const halt = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
  const body = json === undefined ? given.body : JSON.stringify(json);
  const headers = {
    ...(json === undefined ? {} : {'content-type': 'application/json'}),
    ...(body === undefined ? {} : {'content-length': Buffer.byteLength(body)}),
    ...given.headers,
  };
  let request: ClientRequest | undefined;
  try {
    const reply = await new Promise<IncomingMessage>((resolve, reject) => {
      // Without an agent the connection is closed: an idle one would hold up a server that is asked to stop.
      request = clientFor(url)
        .request(url, {method, headers, agent: agent ?? false, signal: halt}, resolve)
        .on('error', reject);
      if (body === undefined) request.end();
      else send(request, body).catch(reject);
    });
    const fetched = {status: reply.statusCode ?? 0, body: await text(reply), headers: reply.headers};
    if (request?.writableEnded === false) request.destroy(); // Node waits for the rest of what is not sent
    return fetched;
  } catch (thrown) {
    signal?.throwIfAborted();
    if (timeout.aborted) throw new Error(`no answer within ${timeoutMs / 1000} s`, {cause: thrown});
    const closed = /^(EPIPE|ECONNRESET)$/.test((thrown as NodeJS.ErrnoException).code ?? '');
    const sending = closed && body !== undefined && request?.writableFinished === false;
    throw new Error(sending ? `${sendingBroke}: ${reasonOf(thrown)}` : reasonOf(thrown), {cause: thrown});
  }
};
