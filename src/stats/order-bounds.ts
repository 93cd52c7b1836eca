import type {Ascending} from './percentile.ts';

/** P(K ≤ k) for k = 0 … n, K being binomial: how many of n independent values lie below their true `share` quantile. */
const binomialCdf = (n: number, share: number): Float64Array => {
  const cumulative = new Float64Array(n + 1);
  let logTerm = n * Math.log1p(-share);
  let sum = 0;
  for (let k = 0; k <= n; k += 1) {
    sum += Math.exp(logTerm);
    cumulative[k] = sum;
    logTerm += Math.log((n - k) / (k + 1)) + Math.log(share) - Math.log1p(-share);
  }
  return cumulative;
};

export interface OrderBounds {
  readonly low: number | null;
  readonly high: number | null;
}

/**
 * Between which of `sorted` the true `quantile` lies, each bound with `confidence`, whatever the distribution: exact for
 * independent values. The extremes themselves are never a bound, so that no single hiccup is one: null where they would be
 * needed. The P99 has an upper bound at 0.99 from 662 values on (`minimumForP99`).
 */
export const orderBounds = (
  sorted: Ascending,
  {quantile, confidence}: {readonly quantile: number; readonly confidence: number},
): OrderBounds => {
  const n = sorted.length;
  const cumulative = binomialCdf(n, quantile);
  // The value of rank r (from 1) is above the quantile when at most r - 1 values are below it.
  const highRank = cumulative.findIndex(chance => chance >= confidence) + 1;
  const lowRank = cumulative.findLastIndex(chance => chance <= 1 - confidence) + 1;
  return {
    low: lowRank < 2 ? null : (sorted.at(lowRank - 1) ?? null),
    high: highRank === 0 || highRank > n - 1 ? null : (sorted.at(highRank - 1) ?? null),
  };
};
