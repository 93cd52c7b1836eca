import {percentile} from '../../stats/percentile.ts';
import {studentTQuantile} from '../../stats/students-t.ts';

/** The times of two neighbouring blocks, in ms. */
export interface Pair {
  readonly straight: Float64Array;
  readonly through: Float64Array;
}

export interface Bounded {
  readonly mean: number;
  /** Two-sided, 95 %. */
  readonly lower: number;
  readonly upper: number;
}

/** Of one percentile, in ms: medians over the blocks of each way, and what the gateway adds in a pair. */
export interface Added {
  readonly straight: number;
  readonly through: number;
  readonly added: Bounded;
}

const sorted = (values: Float64Array) => values.toSorted();
const middle = (values: readonly number[]) => percentile(Float64Array.from(values).sort(), 0.5);

/** Student's bounds of the mean: pairs are independent, whatever the times within a block are. Throws a RangeError on fewer than two. */
export const boundsOfMean = (values: readonly number[]): Bounded => {
  const n = values.length;
  if (n < 2) throw new RangeError(`bounds need two values, and have ${n}`);
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  const reach = studentTQuantile(0.975, n - 1) * Math.sqrt(variance / n);
  return {mean, lower: mean - reach, upper: mean + reach};
};

export const addedAt = (q: number, pairs: readonly Pair[]): Added => {
  const each = pairs.map(({straight, through}) => ({
    straight: percentile(sorted(straight), q),
    through: percentile(sorted(through), q),
  }));
  return {
    straight: middle(each.map(({straight}) => straight)),
    through: middle(each.map(({through}) => through)),
    added: boundsOfMean(each.map(({straight, through}) => through - straight)),
  };
};
