import type {Options} from '../options.ts';
import type {LoadSpec, Stage, Suite, WorkloadSpec} from '../schema/suite.ts';
import type {Trace} from '../traces/read-trace.ts';
import {replayOf} from './replay.ts';

/** A stage in the order in which it runs. */
export interface PlannedTrial {
  readonly stage: Stage;
  /** 1-based. */
  readonly repetition: number;
  /** The arrival times of the trace that the load replays, as the file has them; null where it replays none. */
  readonly traceMs: Float64Array | null;
}

export type StageOptions = Pick<
  Options,
  | 'concurrency'
  | 'rate'
  | 'arrivals'
  | 'burstiness'
  | 'traceSpeed'
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

type OpenLoad = Extract<LoadSpec, {mode: 'open'}>;
type Amount = Pick<LoadSpec, 'requests' | 'durationSeconds' | 'warmup'>;

const openWith = (open: OpenLoad | null, options: StageOptions, amount: Amount): OpenLoad => {
  const common = {
    mode: 'open',
    ratePerSecond: options.rate ?? open?.ratePerSecond ?? 1,
    maxInFlight: options.maxInFlight ?? open?.maxInFlight ?? null,
    ...amount,
  } as const;
  if (options.burstiness !== null) return {...common, arrivals: 'gamma', burstiness: options.burstiness};
  if (options.arrivals === null && open !== null) return {...open, ...common};
  // Gamma and trace come with an option of their own.
  return {...common, arrivals: options.arrivals === 'uniform' ? 'uniform' : 'poisson'};
};

const loadWith = (load: LoadSpec, options: StageOptions): LoadSpec => {
  const amount = {
    requests: options.duration !== null ? null : (options.requests ?? load.requests),
    durationSeconds: options.requests !== null ? null : (options.duration ?? load.durationSeconds),
    warmup: options.warmup ?? load.warmup,
  };
  if (load.mode === 'saturate') return {...load, ...amount, concurrency: options.concurrency ?? load.concurrency};
  if (options.rate !== null || (load.mode === 'open' && options.concurrency === null))
    return openWith(load.mode === 'open' ? load : null, options, amount);
  const concurrency = options.concurrency ?? (load.mode === 'closed' ? load.concurrency : 1);
  return {mode: 'closed', concurrency, ...amount};
};

/**
 * The suites' stages with what the command line changed. All of one repetition run before the next, so that a drift of
 * the machine falls on every stage alike; each suite repeats as often as it says, unless the command line says otherwise.
 * With a trace all of them replay it.
 */
export const planTrials = (
  suites: readonly Suite[],
  options: StageOptions,
  trace: Trace | null,
): readonly PlannedTrial[] => {
  const planned = suites.map(suite => ({
    repetitions: options.repetitions ?? suite.repetitions,
    stages: suite.stages.map(given => {
      const stage = {...given, workload: workloadWith(given.workload, options)};
      return {...stage, load: trace === null ? loadWith(stage.load, options) : replayOf(trace, stage, options)};
    }),
  }));
  const most = Math.max(...planned.map(({repetitions}) => repetitions));
  return Array.from({length: most}, (_, index) => index + 1).flatMap(repetition =>
    planned
      .filter(({repetitions}) => repetition <= repetitions)
      .flatMap(({stages}) => stages.map(stage => ({stage, repetition, traceMs: trace?.timesMs ?? null}))),
  );
};
