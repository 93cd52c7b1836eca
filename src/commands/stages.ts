import type {Options} from '../options.ts';
import type {LoadSpec, Stage, Suite, WorkloadSpec} from '../schema/suite.ts';

/** A stage in the order in which it runs. */
export interface PlannedTrial {
  readonly stage: Stage;
  /** 1-based. */
  readonly repetition: number;
}

export type StageOptions = Pick<
  Options,
  | 'concurrency'
  | 'rate'
  | 'arrivals'
  | 'maxInFlight'
  | 'requests'
  | 'duration'
  | 'warmup'
  | 'promptTokens'
  | 'outputTokens'
  | 'batch'
  | 'repetitions'
>;

const workloadWith = (workload: WorkloadSpec, {promptTokens, outputTokens, batch}: StageOptions): WorkloadSpec => {
  const sized = {...workload, promptTokens: promptTokens ?? workload.promptTokens};
  if (sized.kind === 'chat' || sized.kind === 'prefix')
    return {...sized, outputTokens: outputTokens ?? sized.outputTokens};
  return {...sized, batch: batch ?? sized.batch};
};

const loadWith = (load: LoadSpec, options: StageOptions): LoadSpec => {
  const amount = {
    requests: options.duration !== null ? null : (options.requests ?? load.requests),
    durationSeconds: options.requests !== null ? null : (options.duration ?? load.durationSeconds),
    warmup: options.warmup ?? load.warmup,
  };
  if (load.mode === 'saturate') return {...load, ...amount, concurrency: options.concurrency ?? load.concurrency};
  if (options.rate !== null || (load.mode === 'open' && options.concurrency === null)) {
    const open = load.mode === 'open' ? load : null;
    return {
      mode: 'open',
      ratePerSecond: options.rate ?? open?.ratePerSecond ?? 1,
      arrivals: options.arrivals ?? open?.arrivals ?? 'poisson',
      maxInFlight: options.maxInFlight ?? open?.maxInFlight ?? null,
      ...amount,
    };
  }
  const concurrency = options.concurrency ?? (load.mode === 'closed' ? load.concurrency : 1);
  return {mode: 'closed', concurrency, ...amount};
};

/**
 * The suites' stages with what the command line changed. All of one repetition run before the next, so that a drift of
 * the machine falls on every stage alike; each suite repeats as often as it says, unless the command line says otherwise.
 */
export const planTrials = (suites: readonly Suite[], options: StageOptions): readonly PlannedTrial[] => {
  const planned = suites.map(suite => ({
    repetitions: options.repetitions ?? suite.repetitions,
    stages: suite.stages.map(stage => ({
      ...stage,
      workload: workloadWith(stage.workload, options),
      load: loadWith(stage.load, options),
    })),
  }));
  const most = Math.max(...planned.map(({repetitions}) => repetitions));
  return Array.from({length: most}, (_, index) => index + 1).flatMap(repetition =>
    planned
      .filter(({repetitions}) => repetition <= repetitions)
      .flatMap(({stages}) => stages.map(stage => ({stage, repetition}))),
  );
};
