import type {DecisionPlan, MetricName, PlannedWorkload} from '../schema/plan.ts';
import type {MachineNoiseName} from './machine-noise.ts';

/** One question to the verdict: how often it says what, at each of some true effects. */
export interface Scenario {
  /** One word, unique. */
  readonly name: string;
  /** What it shows, for the table. */
  readonly title: string;
  readonly noise: MachineNoiseName;
  /** One metric of a workload, as its primary one; null: all workloads of the plan with all their metrics. */
  readonly judged: {readonly workload: string; readonly metric: MetricName} | null;
  /** Multiples of delta, positive is worse. */
  readonly effects: readonly number[];
  /** One decision for so many of the main scenario. */
  readonly every: number;
}

const throughput = {workload: 'chat', metric: 'outputTokensPerSecond'} as const;
const few = {effects: [0, 1, 2], every: 8} as const;

/** The first one is what the goals are about. */
export const scenarios: readonly Scenario[] = [
  {
    name: 'main',
    title: 'noise as measured, chat throughput',
    noise: 'measured',
    judged: throughput,
    effects: [0, 0.5, 1, 1.5, 2],
    every: 1,
  },
  {name: 'twice', title: 'all of it twice as large', noise: 'twice', judged: throughput, ...few},
  {
    name: 'real-decision',
    title: "pairs as far apart as chat's in the real decision",
    noise: 'real-decision',
    judged: throughput,
    ...few,
  },
  {
    name: 'heavy-tails',
    title: 'heavier tails, slow block twice as slow',
    noise: 'heavy-tails',
    judged: throughput,
    ...few,
  },
  {name: 'second-pauses', title: 'pauses of a second', noise: 'second-pauses', judged: throughput, ...few},
  {name: 'long-pauses', title: 'pauses three times as long', noise: 'long-pauses', judged: throughput, ...few},
  {name: 'strong-drift', title: 'three times the drift', noise: 'strong-drift', judged: throughput, ...few},
  {name: 'no-drift', title: 'no drift', noise: 'no-drift', judged: throughput, ...few},
  {name: 'no-slow-block', title: 'no slow block', noise: 'no-slow-block', judged: throughput, ...few},
  {
    name: 'independent',
    title: 'blocks independent of their neighbours',
    noise: 'independent',
    judged: throughput,
    ...few,
  },
  {
    name: 'ttft-p50',
    title: 'chat TTFT p50',
    noise: 'measured',
    judged: {workload: 'chat', metric: 'ttftP50Ms'},
    ...few,
  },
  {
    name: 'ttft-p99',
    title: 'chat TTFT p99',
    noise: 'measured',
    judged: {workload: 'chat', metric: 'ttftP99Ms'},
    ...few,
  },
  {
    name: 'items',
    title: 'embed throughput',
    noise: 'measured',
    judged: {workload: 'embed', metric: 'itemsPerSecond'},
    ...few,
  },
  {
    name: 'plan',
    title: 'whole plan, only chat has the effect',
    noise: 'measured',
    judged: null,
    effects: [0, 1, 2],
    every: 40,
  },
];

/** One scenario at one effect. */
export interface Cell {
  readonly scenario: Scenario;
  readonly effect: number;
  /** The margin, as a share. */
  readonly delta: number;
  readonly plan: DecisionPlan;
  /** Those that are judged, the one with the effect first. */
  readonly workloads: readonly PlannedWorkload[];
  /** The only one with the effect. */
  readonly slower: string | null;
}

/** Throws TypeError for a metric that the plan does not judge. */
export const cellOf = (plan: DecisionPlan, scenario: Scenario, effect: number): Cell => {
  const {judged} = scenario;
  const workload = plan.workloads.find(({name}) => name === judged?.workload) ?? plan.workloads[0];
  const planned = workload?.metrics.find(({metric}) => metric === judged?.metric) ?? workload?.metrics[0];
  if (workload === undefined || planned === undefined || planned.marginShare === null)
    throw new TypeError(`${plan.name} has no margin for ${scenario.title}`);
  return {
    scenario,
    effect,
    delta: planned.marginShare,
    plan,
    workloads: judged === null ? plan.workloads : [known(workload, planned.metric)],
    slower: workload.name,
  };
};

const single = new Map<string, PlannedWorkload>();

/** The workload with that metric alone: the same object each time. */
const known = (workload: PlannedWorkload, name: MetricName): PlannedWorkload => {
  const key = `${workload.name} ${name}`;
  const made = single.get(key) ?? {...workload, metrics: workload.metrics.filter(({metric}) => metric === name)};
  single.set(key, made);
  return made;
};
