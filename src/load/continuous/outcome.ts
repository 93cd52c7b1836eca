import type {RequestOutcome} from '../../schema/journal.ts';
import type {Sample} from '../../schema/sample.ts';
import type {Exchange} from '../exchange.ts';

/** What a sample leaves out of how its request ended. */
export type Ending = Pick<Exchange, 'left' | 'status' | 'retryAfter' | 'done'>;

interface Outcome {
  readonly outcome: RequestOutcome;
  /** What went wrong; null where it was served. */
  readonly reason: string | null;
}

/** A reason may be a page of HTML. */
const longestReason = 200;

const unserved = (outcome: RequestOutcome, reason: string): Outcome => ({
  outcome,
  reason: reason.slice(0, longestReason),
});

/**
 * How a request ended for its caller, exactly one of:
 * - served: a whole answer with status 200, a stream with its `[DONE]`;
 * - refused: 429 or 503 with `retry-after`;
 * - failed: any other status, an error event, an answer that makes no sense; and a connection that was never open, as
 *   where nobody listens: nothing was taken, so that nothing can be lost;
 * - lost: it was sent and has no end: the connection was torn, the time was up, or a stream stopped without `[DONE]`
 *   and without saying that it broke.
 */
export const outcomeOf = (sample: Sample, {left, status, retryAfter, done}: Ending): Outcome => {
  if (sample.outcome === 'ok') {
    if (!done) return unserved('lost', 'the stream ended without [DONE]');
    return status === 200 ? {outcome: 'served', reason: null} : unserved('failed', `HTTP ${status} is not 200`);
  }
  const {kind, message} = sample.failure;
  if (!left) return unserved('failed', `nothing was sent: ${message}`);
  // The head says it all, whatever became of the body.
  if (status !== null && status >= 400) return unserved(retryAfter ? 'refused' : 'failed', message);
  switch (kind) {
    case 'connect':
    case 'disconnect':
    case 'timeout':
    case 'aborted':
      return unserved('lost', message);
    case 'empty':
      return unserved(done ? 'failed' : 'lost', message);
    case 'status':
    case 'malformed':
    case 'error-event':
      return unserved('failed', message);
  }
};
