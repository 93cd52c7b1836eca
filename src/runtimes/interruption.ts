import {CutoverError} from '../errors.ts';

/** What to throw when `signal` was aborted: its own CutoverError if it has one, else INTERRUPTED. */
export const interruptionOf = (signal: AbortSignal, doing: string): CutoverError =>
  signal.reason instanceof CutoverError
    ? signal.reason
    : new CutoverError('INTERRUPTED', `Interrupted while ${doing}`, {cause: signal.reason});
