import type {BlockCost} from '../stats/block-cost.ts';
import {randomStream} from '../stats/random-stream.ts';
import {type CostPair, type TwoLevel, twoLevel} from '../stats/two-level.ts';

/** Percentiles of as many replicates resolve a level of 0.0001. */
const replicates = 10_000;

interface Drawn {
  readonly costs: readonly BlockCost[];
  readonly words: string;
  readonly effect: TwoLevel;
}

/** By the last block: what was drawn for the pairs that it ends. */
const known = new WeakMap<BlockCost, Drawn[]>();

/**
 * The replicates of the mean effect of these pairs, drawn once for the same blocks and words, so that a run that looks again after
 * each pair draws for the new one alone. `words` name the stream, which therefore never hangs on what was asked before.
 */
export const meanEffect = (pairs: readonly CostPair[], ...words: readonly (string | number)[]): TwoLevel => {
  const costs = pairs.flatMap(({baseline, candidate}) => [baseline, candidate]);
  const last = costs.at(-1);
  if (last === undefined) throw new RangeError('no pairs, no effect');
  const name = JSON.stringify(words);
  const drawn = known.get(last) ?? [];
  known.set(last, drawn);
  const kept = drawn.find(one => one.words === name && isSame(one.costs, costs));
  if (kept !== undefined) return kept.effect;
  const effect = twoLevel(pairs, {replicates, random: randomStream(...words, pairs.length)});
  drawn.push({costs, words: name, effect});
  return effect;
};

const isSame = (one: readonly BlockCost[], other: readonly BlockCost[]): boolean =>
  one.length === other.length && one.every((cost, at) => cost === other[at]);
