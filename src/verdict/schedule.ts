import type {Arm, Block, Phase, PlannedBlock} from '../schema/block.ts';
import {arms} from '../schema/block.ts';
import type {Decision, Sitting} from '../schema/decision.ts';
import type {DecisionPlan} from '../schema/plan.ts';
import {randomStream} from '../stats/random-stream.ts';
import {attemptsLeft, countPairs, pairsOf} from './pairs.ts';

/** Which blocks are made, and in which order. */

export interface SoFar {
  readonly plan: DecisionPlan;
  readonly seed: number;
  readonly blocks: readonly Block[];
  readonly sittings: readonly Sitting[];
  /** Workloads that are not decided yet (`afterPair` names them); absent: all of the plan's. */
  readonly open?: readonly string[];
  /** Of a decision with a stored baseline, which has no pairs of the baseline against itself. */
  readonly storedBaseline?: Decision['storedBaseline'];
}

/**
 * The blocks of the next pair in running order, or those that an interruption left of the pair it fell into; empty when
 * every pair has been made. Asked again after each pair.
 *
 * First come `aaPairs` pairs of the baseline against itself, then pairs of both sides up to the last look. A pair that turned
 * out void is made again in its place of the order, with a new number, up to `spareRuns` times for each workload and phase;
 * it has the blocks of the workloads that need it and no others. With a stored baseline its blocks are named too: they are
 * taken from there in place of being run.
 */
export const nextPair = ({
  plan,
  seed,
  blocks,
  sittings,
  open,
  storedBaseline = null,
}: SoFar): readonly PlannedBlock[] => {
  const latest = Math.max(1, ...blocks.map(({pair}) => pair));
  const workloads = plan.workloads.map(({name}) => name).filter(name => open?.includes(name) ?? true);

  const inPair = (pair: number): readonly PlannedBlock[] => {
    const earlier = pairsOf({blocks: blocks.filter(block => block.pair < pair), sittings, storedBaseline});
    const of = (workload: string, phase: Phase) => {
      const counted = countPairs(earlier, workload, phase);
      return {valid: counted.valid, need: attemptsLeft(plan, phase, counted) > 0};
    };
    const phase: Phase = storedBaseline === null && workloads.some(workload => of(workload, 'aa').need) ? 'aa' : 'ab';
    const due = workloads.filter(workload => of(workload, phase).need);
    const planned =
      plan.between === 'flush'
        ? due.flatMap(workload =>
            placesInOrder({seed, phase, workload, ordinal: of(workload, phase).valid}).map(place => ({
              workload,
              place,
            })),
          )
        : placesInOrder({seed, phase, workload: '', ordinal: of(due[0] ?? '', phase).valid}).flatMap(place =>
            due.map(workload => ({workload, place})),
          );
    const made = new Set(
      blocks.filter(block => block.pair === pair).map(({workload, place}) => `${place} ${workload}`),
    );
    return planned
      .filter(({workload, place}) => !made.has(`${place} ${workload}`))
      .map(({workload, place}) => ({phase, pair, workload, place}));
  };

  const left = inPair(latest);
  return left.length > 0 ? left : inPair(latest + 1);
};

/** All blocks in running order, if none turns out void and nothing is decided before the last look. */
export const scheduleOf = (plan: DecisionPlan, seed: number): readonly PlannedBlock[] => {
  const schedule: PlannedBlock[] = [];
  for (;;) {
    const next = nextPair({plan, seed, blocks: schedule.map(madeValid), sittings: []});
    if (next.length === 0) return schedule;
    schedule.push(...next);
  }
};

const madeValid = (planned: PlannedBlock): Block => ({
  ...planned,
  arm: planned.phase === 'aa' ? 'baseline' : planned.place,
  trial: 0,
  sitting: 1,
  startMs: 0,
  endMs: 0,
  void: [],
});

/**
 * ABBA or BAAB, drawn anew for every two pairs: a drift that is steady over the two weighs on both places alike, and which
 * place begins cannot be foreseen. `ordinal` counts the valid pairs before.
 */
const placesInOrder = ({
  seed,
  phase,
  workload,
  ordinal,
}: {
  seed: number;
  phase: Phase;
  workload: string;
  ordinal: number;
}): readonly Arm[] => {
  const baselineFirst = randomStream(seed, 'order', phase, workload, Math.floor(ordinal / 2)).uniform() < 0.5;
  return baselineFirst === (ordinal % 2 === 0) ? arms : arms.toReversed();
};
