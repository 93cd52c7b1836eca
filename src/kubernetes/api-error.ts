import {reasonOf} from '../errors.ts';

/** The HTTP status with which the API server refused; null where there was no answer. */
export const statusOf = (thrown: unknown): number | null =>
  thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'number' ? thrown.code : null;

/** What the API server wrote in its Status, or null. */
const messageOf = (body: unknown): string | null => {
  if (typeof body === 'string') {
    try {
      return messageOf(JSON.parse(body));
    } catch {
      return null;
    }
  }
  if (typeof body !== 'object' || body === null || !('message' in body)) return null;
  return typeof body.message === 'string' ? body.message : null;
};

/** The last cause: fetch wraps what the socket says into `fetch failed`, and a WebSocket into an event. */
const rootOf = (thrown: unknown): unknown => {
  if (thrown instanceof AggregateError && thrown.errors.length > 0) return rootOf(thrown.errors[0]);
  if (thrown instanceof Error && thrown.cause !== undefined) return rootOf(thrown.cause);
  if (typeof thrown === 'object' && thrown !== null && !(thrown instanceof Error) && 'error' in thrown)
    return rootOf(thrown.error);
  return thrown;
};

/** The system's or TLS's word for what broke, such as ECONNREFUSED; empty where there is none. */
export const codeOf = (thrown: unknown): string => {
  const root = rootOf(thrown);
  return root instanceof Error && 'code' in root && typeof root.code === 'string' ? root.code : '';
};

/** A short sentence: the server's own words where it answered, else those of the connection. */
export const apiReason = (thrown: unknown): string => {
  const status = statusOf(thrown);
  if (status === null) return reasonOf(rootOf(thrown));
  const body = thrown instanceof Error && 'body' in thrown ? thrown.body : null;
  return messageOf(body) ?? `HTTP status ${status}`;
};

/**
 * Whether the same call may succeed when the API server is back: there was no answer, or one of a server or proxy that
 * starts, ends or is overrun. What it refuses, it would refuse again.
 */
export const isAway = (thrown: unknown): boolean => {
  const status = statusOf(thrown);
  return status === null
    ? !/^(CERT|ERR_TLS|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(codeOf(thrown))
    : awayStatuses.has(status);
};

const awayStatuses = new Set([408, 429, 500, 502, 503, 504]);

/** The value of a call, or null where the API server says one of these statuses. */
export const unlessStatus = async <T>(statuses: readonly number[], call: Promise<T>): Promise<T | null> => {
  try {
    return await call;
  } catch (thrown) {
    const status = statusOf(thrown);
    if (status !== null && statuses.includes(status)) return null;
    throw thrown;
  }
};
