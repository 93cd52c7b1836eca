import {cp} from 'node:fs/promises';
import {join} from 'node:path';
import {isDeepStrictEqual} from 'node:util';
import {CutoverError} from '../../errors.ts';
import type {Options} from '../../options.ts';
import {isDecision, readDecision} from '../../records/read-decision.ts';
import {readRecord} from '../../records/read-record.ts';
import {readSamples} from '../../records/read-samples.ts';
import type {Block, BlockSeries} from '../../schema/block.ts';
import type {Sitting} from '../../schema/decision.ts';
import type {DecisionPlan} from '../../schema/plan.ts';
import type {RunRecord} from '../../schema/record.ts';
import {BlockSeriesBuilder} from '../../stats/block-series.ts';
import type {DecideContext} from './decide-context.ts';
import {planWith} from './plan-with.ts';
import {isValidTrial} from './run-block.ts';

/** The baseline of a decision that is measured against what lies stored. */
export interface StoredBaseline {
  /** The run's folder. */
  readonly folder: string;
  readonly record: RunRecord;
  /** Of the candidate nothing but its side is left to choose. */
  readonly plan: DecisionPlan;
  readonly seed: number;
  /** In order, all of the sitting that `sitting` stands for; and their series. */
  readonly blocks: readonly Block[];
  readonly series: readonly BlockSeries[];
  readonly sitting: Sitting;
}

type Wanted = Pick<DecideContext, 'options' | 'plans' | 'argv' | 'reportsDir'>;

const refuse = (name: string, reason: string, hint: string) =>
  new CutoverError('BAD_OPTIONS', `--baseline ${name}: ${reason}`, {hint});

const sittingOf = ({startedAt, endedAt, machine}: RunRecord): Sitting => ({
  ...{startedAt, endedAt, gpuMinutes: 0, hostname: machine.hostname},
  gpuUuids: machine.gpus.map(({uuid}) => uuid),
  driver: machine.gpus[0]?.driver ?? null,
});

/**
 * With as many pairs as there are. A void pair cannot be made again, since its baseline's block has been used: `spareRuns` stays
 * what says how many may be left out before too few are a verdict of their own.
 */
const planFor = (plan: DecisionPlan, stored: number, {pairs: most}: Options): DecisionPlan => {
  const pairs = Math.min(stored, most ?? stored);
  return {...plan, describe: [], lookPairs: [...plan.lookPairs.filter(look => look < pairs), pairs]};
};

/** What a stored decision leaves no choice in. */
const refuseFixed = (name: string, stored: DecisionPlan, {options, argv}: Wanted): void => {
  const namesPlan = argv.some(word => word === '--plan' || word.startsWith('--plan='));
  const fixed = [
    ...(namesPlan && options.plan !== stored.name ? [`--plan ${options.plan}`] : []),
    ...(options.requests === null ? [] : [`--requests ${options.requests}`]),
  ];
  if (fixed.length === 0) return;
  throw refuse(
    name,
    `its blocks were measured by the plan ${stored.name} and the requests of that, so ${fixed.join(' and ')} cannot be given`,
    'Leave it out: --workload, --margin, --pairs and --budget may be given.',
  );
};

/** Of a stored decision: its pairs of the baseline with itself, and the baseline's blocks of the others. */
const ofDecision = async (name: string, wanted: Wanted): Promise<StoredBaseline> => {
  const {folder, decision, series, records} = await readDecision(name, wanted.reportsDir);
  refuseFixed(name, decision.plan, wanted);
  const plan = planWith(decision.plan, wanted.options);
  const named = new Set(plan.workloads.map(({name: workload}) => workload));
  const kept = decision.blocks.flatMap((block, index) =>
    block.arm === 'baseline' && block.void.length === 0 && named.has(block.workload)
      ? [{block: {...block, sitting: 1}, line: series[index]}]
      : [],
  );
  const pairs = Math.min(
    ...plan.workloads.map(
      ({name: workload}) => kept.filter(({block}) => block.phase === 'ab' && block.workload === workload).length,
    ),
  );
  if (pairs < 2)
    throw refuse(
      name,
      `it has ${pairs} blocks of the baseline that are valid`,
      'Name a decision with at least two pairs.',
    );
  return {
    folder: join(folder, 'baseline'),
    ...{record: records.baseline, plan: planFor(plan, pairs, wanted.options), seed: decision.seed},
    blocks: kept.map(({block}) => block),
    series: kept.flatMap(({line}) => line ?? []),
    sitting: sittingOf(records.baseline),
  };
};

/** Of a stored run: its valid trials of stages that the plan has just so; a repetition is a pair. */
const ofRun = async (name: string, {reportsDir, plans, options}: Wanted): Promise<StoredBaseline> => {
  const {record, folder} = await readRecord(name, reportsDir);
  const plan = planWith(plans[options.plan], options);
  const planned = (suite: string) => plan.workloads.find(one => one.name === suite);
  const trials = record.trials.filter(trial => {
    const workload = planned(trial.suite);
    return (
      workload !== undefined &&
      isDeepStrictEqual([trial.workload, trial.load], [workload.workload, workload.load]) &&
      isValidTrial(trial)
    );
  });
  const workloads = plan.workloads.filter(one => trials.filter(({suite}) => suite === one.name).length >= 2);
  if (workloads.length === 0)
    throw refuse(
      name,
      `not one workload of the plan ${plan.name} was measured in it at least twice, with the same load`,
      'Name a decision, or a run whose stages and loads are those of the plan (--workload, --requests).',
    );
  const wanted = trials.filter(({suite}) => workloads.some(one => one.name === suite));
  const builders = new Map(wanted.map(trial => [trial.index, new BlockSeriesBuilder(trial)]));
  for await (const sample of readSamples(folder)) builders.get(sample.trial)?.add(sample);
  const pairs = Math.min(...workloads.map(one => wanted.filter(({suite}) => suite === one.name).length));
  const about = wanted.map(({suite, repetition}) => ({
    ...({phase: 'ab', pair: repetition, workload: suite, place: 'baseline'} as const),
  }));
  return {
    ...{folder, record, plan: planFor({...plan, workloads}, pairs, options), seed: record.seed},
    blocks: wanted.map((trial, index) => {
      const startMs = Date.parse(trial.startedAt) - Date.parse(record.startedAt);
      const ended = {startMs, endMs: startMs + trial.durationMs, void: []};
      return {...(about[index] as (typeof about)[number]), arm: 'baseline', trial: trial.index, sitting: 1, ...ended};
    }),
    series: wanted.map((trial, index) => ({
      ...(about[index] as (typeof about)[number]),
      series: builders.get(trial.index)?.series() ?? {},
    })),
    sitting: sittingOf(record),
  };
};

/** Throws RECORD_UNREADABLE, or BAD_OPTIONS for one that the candidate cannot be paired with. */
export const storedBaseline = async (name: string, wanted: Wanted): Promise<StoredBaseline> =>
  ((await isDecision(name, wanted.reportsDir)) ? ofDecision : ofRun)(name, wanted);

/** The decision holds all that it is computed from: the stored run becomes its baseline/. */
export const copyBaseline = (from: string, to: string): Promise<void> => cp(from, to, {recursive: true});
