import type {Arm, Block, BlockSeries, PlannedBlock, SeriesName} from '../schema/block.ts';
import type {Decision, Sitting} from '../schema/decision.ts';
import type {DecisionPlan, PlannedMetric} from '../schema/plan.ts';
import type {RunRecord} from '../schema/record.ts';
import {schemaVersion} from '../schema/version.ts';
import {normalQuantile} from '../stats/normal.ts';
import {randomStream} from '../stats/random-stream.ts';
import type {Records} from './conditions.ts';
import {nextPair} from './schedule.ts';

/** Decisions on made-up blocks: what a run would have written, without a run. */

const machine: RunRecord['machine'] = {
  ...{hostname: 'bench-1', os: 'linux', cpu: 'x', cores: 16, memoryGiB: 64, node: 'v24', loadAverage: 0},
  gpus: [{name: 'H100', uuid: 'GPU-1', memoryMiB: 81_559, driver: '570.86'}],
};

export const sitting = (over: Partial<Sitting> = {}): Sitting => ({
  ...{startedAt: '2026-11-20T10:00:00Z', endedAt: null, gpuMinutes: 10, hostname: 'bench-1'},
  ...{gpuUuids: ['GPU-1'], driver: '570.86'},
  ...over,
});

export const workloadNamed = (
  name: string,
  metrics: readonly PlannedMetric[] = [{metric: 'e2eP50Ms', marginShare: 0.1}],
): DecisionPlan['workloads'][number] => ({
  name,
  workload: {kind: 'chat', promptTokens: 64, outputTokens: 16},
  load: {mode: 'closed', concurrency: 4, requests: 100, durationSeconds: null, warmup: 4},
  metrics: [...metrics],
});

export const planWith = (over: Partial<DecisionPlan> = {}): DecisionPlan => ({
  ...{name: 'test', question: 'Can it move?', aaPairs: 4, lookPairs: [6, 8], alpha: 0.05, between: 'flush'},
  ...{baseline: {engine: 'one', stack: null}, candidate: {engine: 'two', stack: null}, spareRuns: 1},
  ...{workloads: [workloadNamed('chat')], budgetGpuMinutes: null, answers: null, describe: []},
  ...over,
});

export const decisionWith = (over: Partial<Decision> = {}): Decision => ({
  ...{schemaVersion, decisionId: 'd1', status: 'running', failure: null, evidence: 'real', seed: 7},
  ...{startedAt: '2026-11-20T10:00:00Z', endedAt: null, command: ['decide'], machine, storedBaseline: null},
  cutover: {version: '1.0.0', gitCommit: 'abc', gitDirty: false},
  plan: planWith(),
  sittings: [sitting()],
  blocks: [],
  answers: [],
  findings: [],
  ...over,
});

export const recordWith = (over: Partial<RunRecord> = {}): RunRecord => ({
  ...{schemaVersion, runId: 'r1', status: 'complete', failure: null, evidence: 'real', suites: [], seed: 7},
  ...{startedAt: '2026-11-20T10:00:00Z', endedAt: null, command: ['decide'], machine, dataHash: ''},
  cutover: {version: '1.0.0', gitCommit: 'abc', gitDirty: false},
  engine: {name: 'one', title: 'One', version: '1', runtime: 'process', stack: null, servers: []},
  ...{clientOverhead: null, gpu: null, tokenLengths: [], sweeps: [], examinations: [], findings: [], trials: []},
  ...over,
});

export const equalRecords: Records = {baseline: recordWith(), candidate: recordWith()};

export interface Nature {
  /** Candidate's costs over the baseline's: 1.08 is 8 % more latency and 1/1.08 of the rates. */
  readonly factor: number;
  /** Standard deviation of the logarithm from block to block, and from request to request. */
  readonly blockSigma?: number;
  readonly requestSigma?: number;
  readonly requests?: number;
  readonly series?: readonly SeriesName[];
  /** Void codes of a block, as its gates would find. */
  readonly voidOf?: (planned: PlannedBlock) => readonly string[];
}

/** A block's series: lognormal around 100, drawn from its place in the decision. */
const seriesOf = (planned: PlannedBlock, seed: number, nature: Nature): BlockSeries => {
  const {factor, blockSigma = 0.01, requestSigma = 0.1, requests = 100, series = ['e2eMs']} = nature;
  const random = randomStream(seed, 'made up', planned.phase, planned.pair, planned.workload, planned.place);
  const normal = () => normalQuantile(random.uniform() * 0.999_998 + 0.000_001);
  const worse = planned.phase === 'ab' && planned.place === 'candidate' ? factor : 1;
  const block = Math.exp(blockSigma * normal());
  const values = (name: SeriesName) =>
    Array.from({length: requests}, () => {
      const cost = worse * block * Math.exp(requestSigma * normal());
      return name.endsWith('Ms') ? 100 * cost : 100 / cost;
    });
  return {...planned, series: Object.fromEntries(series.map(name => [name, values(name)]))};
};

export const armOf = ({phase, place}: PlannedBlock): Arm => (phase === 'aa' ? 'baseline' : place);

export interface Made {
  readonly decision: Decision;
  readonly series: readonly BlockSeries[];
}

/** Runs a decision pair by pair, each as `nextPair` asks for it, until `stop` says so or no pair is left. */
export const madeDecision = (
  natureOf: Nature | ((workload: string) => Nature),
  {
    decision: start = decisionWith(),
    stop = () => null,
  }: {decision?: Decision; stop?: (made: Made) => readonly string[] | 'done' | null} = {},
): Made => {
  let made: Made = {decision: start, series: []};
  for (;;) {
    const told = stop(made);
    if (told === 'done') return made;
    const {plan, seed, blocks, sittings, storedBaseline} = made.decision;
    const next = nextPair({plan, seed, blocks, sittings, storedBaseline, ...(told === null ? {} : {open: told})});
    if (next.length === 0) return made;
    const nature = (workload: string) => (typeof natureOf === 'function' ? natureOf(workload) : natureOf);
    made = {
      decision: {...made.decision, blocks: [...blocks, ...next.map(one => blockOf(one, nature(one.workload)))]},
      series: [...made.series, ...next.map(one => seriesOf(one, seed, nature(one.workload)))],
    };
  }
};

const blockOf = (planned: PlannedBlock, nature: Nature): Block => ({
  ...planned,
  ...{arm: armOf(planned), trial: 0, sitting: 1, startMs: 0, endMs: 1000},
  void: [...(nature.voidOf?.(planned) ?? [])],
});
