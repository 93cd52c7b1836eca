import {request} from 'undici';
import {CutoverError, reasonOf} from '../errors.ts';

export interface FetchOptions {
  /** Default GET. */
  readonly method?: 'GET' | 'POST';
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export interface FetchedText {
  readonly status: number;
  readonly body: string;
  /** By lower-case name; repeated headers are joined with a comma. */
  readonly headers: Readonly<Record<string, string>>;
}

const codeOf = (thrown: unknown) => (thrown instanceof Error && 'code' in thrown ? ` (${thrown.code})` : '');

/**
 * One small request on a connection of its own, outside every measurement; an HTTP error status is an answer like any
 * other. Throws ENGINE_UNREACHABLE when none comes, and the signal's reason when it is aborted.
 */
export const fetchText = async (
  url: string,
  {method = 'GET', timeoutMs, signal}: FetchOptions,
): Promise<FetchedText> => {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const {statusCode, headers, body} = await request(url, {
      method,
      reset: true, // closes the connection: an idle one would hold up a server that is asked to stop
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
    const flat = Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]);
    return {status: statusCode, body: await body.text(), headers: Object.fromEntries(flat)};
  } catch (thrown) {
    signal?.throwIfAborted();
    const reason = timeout.aborted ? `no answer within ${timeoutMs / 1000} s` : `${reasonOf(thrown)}${codeOf(thrown)}`;
    throw new CutoverError('ENGINE_UNREACHABLE', `${method} ${url}: ${reason}`, {
      hint: 'Check that the server runs and that the address and port are right.',
      cause: thrown,
    });
  }
};
