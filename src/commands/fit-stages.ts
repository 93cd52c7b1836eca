import {calibration} from '../../suites/calibration.ts';
import {CutoverError} from '../errors.ts';
import type {RunRecord} from '../schema/record.ts';
import type {OkSample, Sample} from '../schema/sample.ts';
import type {WorkloadSpec} from '../schema/workload.ts';

/** A closed-loop stage as a real engine was measured in it. */
export interface MeasuredStage {
  readonly name: string;
  readonly workload: WorkloadSpec;
  readonly concurrency: number;
  /** The samples of each repetition. */
  readonly repetitions: readonly (readonly OkSample[])[];
}

/**
 * The closed-loop stages of a run, without void trials. Throws BAD_OPTIONS when a stage of the calibration suite is not
 * among them: the other suites do not tell the constants apart.
 */
export const measuredStages = async (record: RunRecord, samples: AsyncIterable<Sample>): Promise<MeasuredStage[]> => {
  const valid = record.trials.filter(({findings}) => findings.every(({severity}) => severity !== 'void'));
  const stages = Map.groupBy(valid, ({suite}) => suite);
  const missing = calibration.stages.map(({name}) => name).filter(name => !stages.has(name));
  if (missing.length > 0)
    throw new CutoverError(
      'BAD_OPTIONS',
      `${record.runId} cannot be fitted: it has no valid trial of the calibration suite's ${missing.join(', ')}`,
      {hint: `Measure once more: npm run bench -- --engine ${record.engine.name} --suite calibration`},
    );

  const samplesOf = new Map<number, OkSample[]>(valid.map(({index}) => [index, []]));
  for await (const sample of samples) if (sample.outcome === 'ok') samplesOf.get(sample.trial)?.push(sample);

  return [...stages].flatMap(([name, trials]) => {
    const [first] = trials;
    if (first?.load.mode !== 'closed') return [];
    const repetitions = trials.map(({index}) => samplesOf.get(index) ?? []);
    return [{name, workload: first.workload, concurrency: first.load.concurrency, repetitions}];
  });
};
