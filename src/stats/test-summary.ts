import type {Sample} from '../schema/sample.ts';
import type {LoadSpec} from '../schema/suite.ts';
import type {WorkloadSpec} from '../schema/workload.ts';
import type {Span} from './throughput.ts';
import {TrialSummary} from './trial.ts';

interface MeasuredTrial {
  readonly samples: readonly Sample[];
  readonly load: LoadSpec;
  readonly workload: WorkloadSpec;
  readonly steady: Span | null;
}

const wholeOf = (samples: readonly Sample[]): Span | null =>
  samples.length === 0
    ? null
    : {
        startMs: Math.min(...samples.map(({sentMs}) => sentMs)),
        endMs: Math.max(...samples.map(({endMs}) => endMs)),
      };

/** A trial that has been seen to its end, with the whole of its time taken from the samples themselves. */
export const summaryOf = ({samples, ...trial}: MeasuredTrial): TrialSummary => {
  const summary = new TrialSummary({...trial, whole: wholeOf(samples)});
  for (const sample of samples) summary.add(sample);
  return summary;
};
