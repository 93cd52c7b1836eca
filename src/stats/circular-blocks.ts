import {blockLength} from './block-length.ts';
import type {Statistic} from './metrics.ts';
import type {RandomStream} from './random-stream.ts';
import {type Ranked, ranked} from './ranked.ts';

interface Resampling {
  /** In the order in which they were measured: neighbours depend on each other, which is why runs of them are drawn. */
  readonly values: ArrayLike<number>;
  readonly statistic: Statistic;
  /** How many resamples. */
  readonly count: number;
  readonly random: RandomStream;
  /** Values in a run; by default what the series itself asks for (stats/block-length.ts). */
  readonly length?: number;
}

/**
 * The statistic of each of `count` resamples by circular blocks (Politis and Romano 1992): as many values as there are, drawn as
 * runs of `length` neighbours from any start, the end being followed by the beginning; the last run is cut. Throws RangeError
 * where there is no value.
 */
export const resampled = ({values, statistic, count, random, length}: Resampling): Float64Array => {
  const n = values.length;
  if (n === 0) throw new RangeError('nothing to resample');
  const results = new Float64Array(count);
  const next =
    statistic === 'mean'
      ? means(values, length, random)
      : quantiles(ranked(values, statistic.quantile), length, random);
  for (let resample = 0; resample < count; resample += 1) results[resample] = next();
  return results;
};

/** The runs of one resample, drawn anew for each. */
interface Runs {
  readonly each: number;
  /** How many are of that length. */
  readonly whole: number;
  /** Length of the one that is cut, 0 where none is. */
  readonly rest: number;
  readonly starts: Uint32Array;
}

const runsOf = (n: number, length: number): Runs => {
  const each = Math.min(n, length);
  return {each, whole: Math.floor(n / each), rest: n % each, starts: new Uint32Array(Math.ceil(n / each))};
};

/** Sums of the first 0, 1, 2 … of a series that goes on from its start again: a run's sum is the difference of two. */
const runningSums = (values: Float64Array, each: number): Float64Array => {
  const n = values.length;
  const sums = new Float64Array(n + each + 1);
  for (let at = 0; at < n + each; at += 1)
    sums[at + 1] = (sums[at] as number) + (values[at < n ? at : at - n] as number);
  return sums;
};

const sumOfRuns = (sums: Float64Array, {each, whole, rest, starts}: Runs): number => {
  let sum = 0;
  for (let run = 0; run < whole; run += 1) {
    const start = starts[run] as number;
    sum += (sums[start + each] as number) - (sums[start] as number);
  }
  if (rest === 0) return sum;
  const start = starts[whole] as number;
  return sum + (sums[start + rest] as number) - (sums[start] as number);
};

const means = (series: ArrayLike<number>, length: number | undefined, random: RandomStream): (() => number) => {
  const values = new Float64Array(series);
  const n = values.length;
  const runs = runsOf(n, length ?? blockLength(values));
  const sums = runningSums(values, runs.each);
  return () => {
    random.fillBelow(runs.starts, n);
    return sumOfRuns(sums, runs) / n;
  };
};

/**
 * No resample is sorted. How many of its values lie at or below the series' own quantile is a sum over runs; from there the
 * quantile of the resample is some ranks up or down, and how often a value was drawn is the number of runs that cover it.
 */
const quantiles = (
  {ascending, places, isBelow, lower, part}: Ranked,
  length: number | undefined,
  random: RandomStream,
): (() => number) => {
  const n = ascending.length;
  // A quantile varies as the share of values below it does.
  const runs = runsOf(n, length ?? blockLength(isBelow));
  const {each, whole, rest, starts} = runs;
  const below = runningSums(isBelow, each);
  /** How many whole runs start at a place, moved by `each`: before the first places come the last ones again. */
  const begun = new Uint16Array(n + each);
  const mark = (change: number) => {
    for (let run = 0; run < whole; run += 1) {
      const start = starts[run] as number;
      begun[start + each] = (begun[start + each] as number) + change;
      if (start >= n - each) begun[start + each - n] = (begun[start + each - n] as number) + change;
    }
  };
  const times = (rank: number): number => {
    const place = places[rank] as number;
    let covering = 0;
    for (let start = place + 1; start <= place + each; start += 1) covering += begun[start] as number;
    return rest > 0 && (place - (starts[whole] as number) + n) % n < rest ? covering + 1 : covering;
  };
  return () => {
    random.fillBelow(starts, n);
    mark(1);
    let rank = lower;
    let seen = sumOfRuns(below, runs);
    for (let here = times(rank); seen - here > lower; here = times(rank)) {
      seen -= here;
      rank -= 1;
    }
    while (seen <= lower) {
      rank += 1;
      seen += times(rank);
    }
    const value = ascending[rank] as number;
    while (part > 0 && seen <= lower + 1) {
      rank += 1;
      seen += times(rank);
    }
    mark(-1);
    return value + ((ascending[rank] as number) - value) * part;
  };
};
