import {percentile} from '../../stats/percentile.ts';

/** Statistics of raw values. */
export interface Spread {
  readonly n: number;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  /** Population form, as NumPy's default is. */
  readonly deviation: number;
  /** For 0…1. */
  at(quantile: number): number;
}

const meanOf = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** With linear interpolation, NumPy's default: the same as ours. Of no values everything is 0, as the rivals print it. */
export const spreadOf = (values: readonly number[]): Spread => {
  const sorted = Float64Array.from(values.length === 0 ? [0] : values).sort();
  const mean = meanOf(sorted);
  return {
    n: values.length,
    mean,
    min: sorted[0] ?? 0,
    max: sorted.at(-1) ?? 0,
    deviation: Math.sqrt(meanOf(sorted.map(value => (value - mean) ** 2))),
    at: quantile => percentile(sorted, quantile),
  };
};

/** A value and how much it counts. */
export type Weighted = readonly [value: number, weight: number];

/**
 * Of weighted values: a quantile is the smallest value at which the weights up to it reach their share, without
 * interpolation. Values without weight are none; of no values everything is 0.
 */
export const weightedSpread = (values: readonly Weighted[]): Pick<Spread, 'mean' | 'at'> => {
  const sorted = values.filter(([, weight]) => weight > 0).sort(([a], [b]) => a - b);
  const total = sorted.reduce((sum, [, weight]) => sum + weight, 0);
  return {
    mean: sorted.reduce((sum, [value, weight]) => sum + value * (weight / total), 0),
    at(quantile) {
      let share = 0;
      for (const [value, weight] of sorted) {
        share += weight / total;
        if (share >= quantile) return value;
      }
      return sorted.at(-1)?.[0] ?? 0;
    },
  };
};
