import type {Distribution} from '../schema/trial.ts';

/** Values in ascending order, however they are kept. */
export interface Ascending {
  readonly length: number;
  at(index: number): number | undefined;
}

/**
 * The value below which the share `q` (0…1) of `sorted` (ascending) lies, interpolated linearly between the two
 * neighbours of rank (n-1)·q: R's type 7, NumPy's default. The P99 of 1..100 is 99.01.
 */
export const percentile = (sorted: Ascending, q: number): number => {
  const rank = (sorted.length - 1) * q;
  const below = sorted.at(Math.floor(rank));
  const above = sorted.at(Math.ceil(rank));
  if (below === undefined || above === undefined) throw new RangeError(`no ${q} quantile of ${sorted.length} values`);
  return below + (above - below) * (rank - Math.floor(rank));
};

/** Of values in any order. Throws a RangeError on none. */
export const median = (values: readonly number[]): number => percentile(Float64Array.from(values).sort(), 0.5);

/**
 * The smallest n whose second-largest value is an upper bound of the true `quantile` with `confidence` (both inside 0…1).
 *
 * Of n independent values, the number K that lie above the q-quantile is binomial (n, 1-q), whatever the distribution.
 * The second-largest value lies above the quantile unless K is 0 or 1, so the bound fails with
 *   P(K <= 1) = qⁿ + n·qⁿ⁻¹·(1-q),
 * which falls as n grows: the answer is the first n at which it is at most 1 - confidence.
 * For 0.99 and 0.99: n = 661 gives 0.010001 and n = 662 gives 0.009914.
 * The largest value alone would need only 459, but then a single hiccup decides what the P99 is.
 */
export const minimumSampleFor = (quantile: number, confidence: number): number => {
  const failure = (n: number) => quantile ** n + n * quantile ** (n - 1) * (1 - quantile);
  let n = 2;
  while (failure(n) > 1 - confidence) n += 1;
  return n;
};

/** Fewer values than this do not certify a P99 (see `minimumSampleFor`). */
export const minimumForP99 = minimumSampleFor(0.99, 0.99);

/** Null for no values; `p99` is null where there are too few to certify it. */
export const summariseAscending = (sorted: Ascending, sum: number): Distribution | null => {
  const max = sorted.at(sorted.length - 1);
  if (max === undefined) return null;
  return {
    n: sorted.length,
    mean: sum / sorted.length,
    p50: percentile(sorted, 0.5),
    p90: percentile(sorted, 0.9),
    p95: percentile(sorted, 0.95),
    p99: sorted.length < minimumForP99 ? null : percentile(sorted, 0.99),
    max,
  };
};

/** The same of values in any order. */
export const summarise = (values: ArrayLike<number>): Distribution | null => {
  const sorted = Float64Array.from(values).sort();
  return summariseAscending(
    sorted,
    sorted.reduce((sum, value) => sum + value, 0),
  );
};
