import type {Phase, PlannedBlock} from '../schema/block.ts';
import type {DecisionPlan, PlannedWorkload} from '../schema/plan.ts';
import {randomStream} from '../stats/random-stream.ts';
import {type JudgedWorkload, judgeWorkload} from '../verdict/judge-workload.ts';
import {scheduleOf} from '../verdict/schedule.ts';
import {machineNoises} from './machine-noise.ts';
import type {Cell} from './scenarios.ts';
import {simulatePairs} from './simulate-pairs.ts';

/** What came of one simulated decision. */
export interface SimulatedDecision {
  readonly verdict: 'GO' | 'NO-GO' | 'INCONCLUSIVE';
  /** Of the metric that has the effect: whether its two-sided 95 % interval holds the true ratio. */
  readonly covered: boolean;
  /** Whether any metric was called better or worse. */
  readonly claimed: boolean;
  readonly undecidable: boolean;
  /** Of the first workload. */
  readonly pairs: number;
}

/** Orders of blocks that decisions take turns with: drawing one takes longer than judging. */
const orders = 32;
const schedules = new Map<string, readonly PlannedBlock[]>();

const scheduleFor = (plan: DecisionPlan, index: number): readonly PlannedBlock[] => {
  const order = index % orders;
  const key = `${plan.name} ${order}`;
  const schedule = schedules.get(key) ?? scheduleOf(plan, order);
  schedules.set(key, schedule);
  return schedule;
};

/**
 * One decision from first pair to verdict, by the code that judges real ones. `index` tells decisions of a cell apart: each has
 * random numbers of its own, whoever simulates it.
 */
export const simulateDecision = (
  {scenario, effect, delta, plan, workloads, slower}: Cell,
  seed: number,
  index: number,
): SimulatedDecision => {
  const random = randomStream(seed, scenario.name, effect, index);
  const ownSeed = random.next();
  const subjects = workloads.map(workload => ({
    workload,
    worseShare: slower === null || slower === workload.name ? effect * delta : 0,
  }));
  const machine = machineNoises[scenario.noise];
  const drawn = simulatePairs({schedule: scheduleFor(plan, index), subjects, machine, random});
  const judged = workloads.map((workload, at) => {
    const pairs = drawn[at];
    if (pairs === undefined) throw new RangeError(`${workload.name} has no pairs`);
    return judgedInTurn(workload, plan, ownSeed, pairs);
  });
  const verdicts = judged.map(({verdict}) => verdict);
  const [first] = verdicts;
  const [metric] = first?.metrics ?? [];
  const truth = 1 + (subjects[0]?.worseShare ?? 0);
  const trueRatio = metric?.better === 'higher' ? 1 / truth : truth;
  const {low, high} = metric?.ratio ?? {low: null, high: null};
  return {
    verdict: verdictOf(verdicts.map(({outcome}) => outcome)),
    covered: low !== null && high !== null && low <= trueRatio && trueRatio <= high,
    claimed: verdicts.some(({metrics}) => metrics.some(({difference}) => difference !== 'none')),
    undecidable: metric?.outcome === 'undecidable',
    pairs: metric?.pairs ?? 0,
  };
};

/** NO-GO where any fails, GO where all pass, as in a decision whose answers agree. */
const verdictOf = (outcomes: readonly string[]): SimulatedDecision['verdict'] => {
  if (outcomes.includes('fail')) return 'NO-GO';
  return outcomes.every(outcome => outcome === 'pass') ? 'GO' : 'INCONCLUSIVE';
};

type Pairs = ReturnType<typeof simulatePairs>[number];

/** As the run does it: pairs are made up to the look that closes the workload, and no further. */
const judgedInTurn = (planned: PlannedWorkload, plan: DecisionPlan, seed: number, {aa, ab}: Pairs): JudgedWorkload => {
  const judged = (pairs: number) => {
    const counted: Record<Phase, {made: number; valid: number}> = {
      aa: {made: aa.length, valid: aa.length},
      ab: {made: pairs, valid: pairs},
    };
    return judgeWorkload({planned, plan, seed, aa, ab: ab.slice(0, pairs), counted, voidText: ''});
  };
  const [soonest = 0, latest = 0] = [plan.lookPairs[0], plan.lookPairs.at(-1)];
  const first = judged(soonest);
  if (first.isClosed || soonest === latest) return first;
  // All looks at once, and again with the pairs that had been made when it was closed: as judging after each pair, and faster.
  const all = judged(latest);
  const closedAt = all.verdict.metrics[0]?.judged?.pairs ?? latest;
  return closedAt === latest ? all : judged(closedAt);
};
