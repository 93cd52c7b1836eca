import type {Sample} from '../schema/sample.ts';
import {type ProgressOptions, ProgressReport} from './progress.ts';
import {Tally} from './tally.ts';

/** What the parts of a load share while one phase of it, the warm-up or the measurement, runs. */
export interface Phase {
  readonly tally: Tally;
  /** Aborted from outside, or by `fail`. */
  readonly signal: AbortSignal;
  /** Ends the phase because of something that was thrown. */
  fail(thrown: unknown): void;
  /** Told of every sample, for the progress report. */
  seen(sample: Sample): void;
}

interface PhaseOptions extends Omit<ProgressOptions, 'tally'> {
  readonly signal: AbortSignal;
}

/** Runs `work` to its end and throws what it failed with, if it did. */
export const runPhase = async <Result>(
  {signal, ...progress}: PhaseOptions,
  work: (phase: Phase) => Promise<Result>,
): Promise<Result> => {
  const tally = new Tally();
  const failed = new AbortController();
  using report = new ProgressReport({...progress, tally});
  const result = await work({
    tally,
    signal: AbortSignal.any([signal, failed.signal]),
    fail: thrown => failed.abort(thrown),
    seen: sample => report.add(sample),
  });
  failed.signal.throwIfAborted();
  return result;
};
