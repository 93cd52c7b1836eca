import {studentTQuantile} from './students-t.ts';

/** A mean, or a difference of means, with its one-sided bounds: each is wrong in the share `alpha` of cases. */
export interface MeanBounds {
  readonly estimate: number;
  lower(alpha: number): number;
  upper(alpha: number): number;
}

const moments = (values: readonly number[]) => {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  return {n, mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1)};
};

const bounds = (estimate: number, error: number, dof: number): MeanBounds => {
  // Without any spread the estimate is all that there is.
  const reach = (alpha: number) => (error > 0 ? studentTQuantile(alpha, dof) * error : 0);
  return {estimate, lower: alpha => estimate + reach(alpha), upper: alpha => estimate - reach(alpha)};
};

/**
 * Mean of `after` less that of `before`, which need not have the same spread (Welch 1947). Null with fewer than two values in either.
 * `inflation`: by how much neighbours that depend on each other widen the variance of a mean; 1 where they do not.
 */
export const welchDifference = (
  before: readonly number[],
  after: readonly number[],
  inflation = 1,
): MeanBounds | null => {
  if (before.length < 2 || after.length < 2) return null;
  const [a, b] = [moments(before), moments(after)];
  const [ofA, ofB] = [(inflation * a.variance) / a.n, (inflation * b.variance) / b.n];
  const dof = (ofA + ofB) ** 2 / (ofA ** 2 / (a.n - 1) + ofB ** 2 / (b.n - 1));
  return bounds(b.mean - a.mean, Math.sqrt(ofA + ofB), dof);
};

/**
 * By how much the variance of a mean of neighbours is wider than that of independent values: (1 + ρ) ÷ (1 - ρ), the correlation of
 * neighbours falling off like ρ, ρ² … (a first-order autoregression). At least 1.
 */
export const inflationOf = (series: readonly number[]): number => {
  if (series.length < 3) return 1;
  const {mean, variance, n} = moments(series);
  const products = series
    .slice(1)
    .reduce((sum, value, at) => sum + (value - mean) * ((series[at] as number) - mean), 0);
  const correlation = variance > 0 ? products / (variance * (n - 1)) : 0;
  // A short series knows no more than this, and at 1 nothing could ever be shown.
  const kept = Math.min(0.9, Math.max(0, correlation));
  return (1 + kept) / (1 - kept);
};

/** Of values that come in pairs: their differences. Null with fewer than two. */
export const meanOfDifferences = (differences: readonly number[]): MeanBounds | null => {
  if (differences.length < 2) return null;
  const {n, mean, variance} = moments(differences);
  return bounds(mean, Math.sqrt(variance / n), n - 1);
};
