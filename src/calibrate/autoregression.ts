/** Predictors of the next value of a stationary series by the 0, 1, 2 … values before it, newest first, and what they leave. */
export interface Autoregression {
  readonly coefficients: readonly Float64Array[];
  /** Standard deviation of what the predictor of each order misses; the series has 1. */
  readonly missSd: readonly number[];
}

/**
 * The autoregression with these autocorrelations at lags 1, 2 …: Levinson and Durbin's recursion. They must be those of some
 * series (positive definite), as estimates are that divide by the whole length at each lag.
 */
export const autoregressionOf = (correlations: readonly number[]): Autoregression => {
  const coefficients: Float64Array[] = [new Float64Array(0)];
  const missSd = [1];
  let variance = 1;
  for (let order = 1; order <= correlations.length; order += 1) {
    const before = coefficients[order - 1] as Float64Array;
    let explained = correlations[order - 1] as number;
    for (let lag = 1; lag < order; lag += 1)
      explained -= (before[lag - 1] as number) * (correlations[order - lag - 1] as number);
    const reflection = explained / variance;
    const next = new Float64Array(order);
    for (let lag = 1; lag < order; lag += 1)
      next[lag - 1] = (before[lag - 1] as number) - reflection * (before[order - lag - 1] as number);
    next[order - 1] = reflection;
    variance *= 1 - reflection * reflection;
    coefficients.push(next);
    missSd.push(Math.sqrt(variance));
  }
  return {coefficients, missSd};
};

/** Fills `into` with a stretch of the series, mean 0 and variance 1, stationary from its first value. */
export const fillSeries = (into: Float64Array, {coefficients, missSd}: Autoregression, normal: () => number): void => {
  for (let at = 0; at < into.length; at += 1) {
    const order = Math.min(at, coefficients.length - 1);
    const weights = coefficients[order] as Float64Array;
    let value = (missSd[order] as number) * normal();
    for (let lag = 1; lag <= order; lag += 1) value += (weights[lag - 1] as number) * (into[at - lag] as number);
    into[at] = value;
  }
};
