import type {Options} from '../options.ts';
import {loadsOf} from '../schema/stage.ts';
import type {LoadStage, Stage, Suite} from '../schema/suite.ts';
import type {PromptTrace} from '../traces/index-trace.ts';
import type {Trace} from '../traces/read-trace.ts';
import {type LoadOptions, loadWith} from './load-with.ts';
import {replayOf} from './replay.ts';
import {promptReplayOf} from './replay-prompts.ts';
import {type SweepOptions, sweepWith} from './sweep-with.ts';
import {type WorkloadOptions, workloadWith} from './workload-with.ts';

/** A stage in the order in which it runs. */
export interface PlannedStage<Kind extends Stage = Stage> {
  readonly stage: Kind;
  /** 1-based. */
  readonly repetition: number;
  /** The arrival times of the trace that the load replays, as the file has them; null where it replays none. */
  readonly traceMs: Float64Array | null;
  /** Where its prompts come from; null where they are not a trace's. */
  readonly prompts: PromptTrace | null;
}

export type StageOptions = LoadOptions & WorkloadOptions & Pick<Options, 'traceSpeed' | 'repetitions'> & SweepOptions;

/** What a run replays: the times of --trace under any suite, the prompts too where a suite asks for those of a trace. */
export interface Traces {
  readonly times: Trace | null;
  readonly prompts: PromptTrace | null;
}

const stageWith = (stage: Stage, options: StageOptions, {times, prompts}: Traces): Stage => {
  if ('examine' in stage) return stage;
  const loadStageWith = <Kind extends LoadStage>(given: Kind): Kind => {
    if (given.workload.kind === 'trace' && prompts !== null)
      return {...given, ...promptReplayOf(prompts, given, options)};
    const sized = {...given, workload: workloadWith(given.workload, options)};
    return {...sized, load: times === null ? loadWith(sized.load, options) : replayOf(times, sized, options)};
  };
  if ('together' in stage) return {...stage, together: stage.together.map(loadStageWith)};
  if ('sweep' in stage) return {...loadStageWith(stage), sweep: sweepWith(stage.sweep, options)};
  return loadStageWith(stage);
};

/** What of the traces a stage needs when it runs. */
const replayedBy = (stage: Stage, {times, prompts}: Traces): Pick<PlannedStage, 'traceMs' | 'prompts'> =>
  loadsOf(stage).some(({workload}) => workload.kind === 'trace')
    ? {traceMs: prompts?.timesMs ?? null, prompts}
    : {traceMs: times?.timesMs ?? null, prompts: null};

/**
 * The suites' stages with what the command line changed. All of one repetition run before the next, so that a drift of
 * the machine falls on every stage alike; each suite repeats as often as it says, unless the command line says otherwise.
 * With a trace all of them replay it.
 */
export const planStages = (
  suites: readonly Suite[],
  options: StageOptions,
  traces: Traces,
): readonly PlannedStage[] => {
  const planned = suites.map(suite => ({
    repetitions: options.repetitions ?? suite.repetitions,
    stages: suite.stages.map(stage => stageWith(stage, options, traces)),
  }));
  const most = Math.max(...planned.map(({repetitions}) => repetitions));
  return Array.from({length: most}, (_, index) => index + 1).flatMap(repetition =>
    planned
      .filter(({repetitions}) => repetition <= repetitions)
      .flatMap(({stages}) => stages.map(stage => ({stage, repetition, ...replayedBy(stage, traces)}))),
  );
};
