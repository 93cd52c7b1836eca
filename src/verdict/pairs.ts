import type {Arm, Block, Phase} from '../schema/block.ts';
import type {Decision, Sitting} from '../schema/decision.ts';
import type {DecisionPlan} from '../schema/plan.ts';

/** One workload's two blocks with the same requests, as they were made. */
export interface Pair {
  readonly phase: Phase;
  readonly pair: number;
  readonly workload: string;
  /** By place, each with its index in `decision.blocks`. */
  readonly blocks: Readonly<Record<Arm, {readonly index: number; readonly block: Block}>>;
  /** Why the pair is not used; empty for a valid one. */
  readonly void: readonly string[];
}

/** The two blocks were served by different machines, cards or drivers: a restart in between is all that may part them. */
export const unequalMachine = 'unequal-machine';

/**
 * The pairs of which both blocks are there, by their numbers. `blocks` may be in any order; of a block that is there twice
 * the later one counts.
 */
export const pairsOf = ({
  blocks,
  sittings,
  storedBaseline,
}: {
  readonly blocks: readonly Block[];
  readonly sittings: readonly Sitting[];
  readonly storedBaseline: Decision['storedBaseline'];
}): readonly Pair[] => {
  const halves = new Map<string, Partial<Record<Arm, {index: number; block: Block}>>>();
  for (const [index, block] of blocks.entries()) {
    const key = JSON.stringify([block.pair, block.workload]);
    halves.set(key, {...halves.get(key), [block.place]: {index, block}});
  }
  return [...halves.values()]
    .flatMap(({baseline, candidate}): Pair[] => {
      if (baseline === undefined || candidate === undefined) return [];
      const {phase, pair, workload} = baseline.block;
      const [first, second] = [baseline, candidate].map(({block}) => sittings[block.sitting - 1]);
      // A stored baseline is from another day, and CI hosts have a new name each time: that is a threat and not a gate.
      const apart = storedBaseline !== null || machineOf(first) === machineOf(second) ? [] : [unequalMachine];
      const found = [...baseline.block.void, ...candidate.block.void, ...apart];
      return [{phase, pair, workload, blocks: {baseline, candidate}, void: [...new Set(found)].sort()}];
    })
    .sort((a, b) => a.pair - b.pair);
};

/** Restarts leave this alone. */
const machineOf = (sitting: Sitting | undefined): string =>
  JSON.stringify([sitting?.hostname, sitting?.gpuUuids.toSorted(), sitting?.driver]);

/** Pairs of one workload in one phase. */
export interface Counted {
  readonly made: number;
  readonly valid: number;
}

export const countPairs = (pairs: readonly Pair[], workload: string, phase: Phase): Counted => {
  const made = pairs.filter(pair => pair.workload === workload && pair.phase === phase);
  return {made: made.length, valid: made.filter(isValid).length};
};

export const isValid = (pair: Pair): boolean => pair.void.length === 0;

/** Pairs that may still be made of a workload in a phase: those of the plan, and void ones again while its spare runs last. */
export const attemptsLeft = (plan: DecisionPlan, phase: Phase, {made, valid}: Counted): number => {
  const planned = phase === 'aa' ? plan.aaPairs : (plan.lookPairs.at(-1) ?? 0);
  return Math.max(0, planned + Math.min(plan.spareRuns, made - valid) - made);
};
