import {apiReason} from '../api-error.ts';

/**
 * A WebSocket that is refused tells of the answer only its status, in words. Here it is the error's `code`, as of other
 * calls; what was no refusal is as it was.
 */
export const socketRefusal = (thrown: unknown, resource: 'pods/exec' | 'pods/portforward'): unknown => {
  const reason = apiReason(thrown);
  const [, status] = /^Unexpected server response: (\d+)$/.exec(reason) ?? [];
  if (status === undefined) return thrown;
  const message =
    status === '403' ? `the API server opens no ${resource} for this user (HTTP status 403)` : `${resource}: ${reason}`;
  return Object.assign(new Error(message), {code: Number(status), body: {message}});
};
