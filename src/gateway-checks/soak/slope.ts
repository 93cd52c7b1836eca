import {normalQuantile} from '../../stats/normal.ts';
import {percentile} from '../../stats/percentile.ts';

/** A trend, in units of `value` a second. */
export interface Slope {
  readonly estimate: number;
  /** One-sided, 95 %. */
  readonly lower: number;
  readonly upper: number;
}

export interface Reading {
  readonly atSeconds: number;
  readonly value: number;
}

/**
 * Theil and Sen's slope: the median of the slopes between all pairs of readings, which a spike or a collection of garbage does not move;
 * its bounds are those of Kendall's statistic (Sen 1968), by its normal approximation. Throws a RangeError on fewer than ten readings.
 */
export const theilSen = (readings: readonly Reading[]): Slope => {
  const n = readings.length;
  if (n < 10) throw new RangeError(`a slope with bounds needs ten readings, and has ${n}`);
  const slopes: number[] = [];
  for (const [index, later] of readings.entries())
    for (const earlier of readings.slice(0, index)) {
      const seconds = later.atSeconds - earlier.atSeconds;
      if (seconds !== 0) slopes.push((later.value - earlier.value) / seconds);
    }
  const ascending = Float64Array.from(slopes).sort();
  // Of Kendall's S under no trend; half of it, in ranks of the sorted slopes, is how far a bound lies from the middle.
  const deviation = Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  const reach = (normalQuantile(0.95) * deviation) / 2 / ascending.length;
  const at = (share: number) => percentile(ascending, Math.min(1, Math.max(0, share)));
  return {estimate: at(0.5), lower: at(0.5 - reach), upper: at(0.5 + reach)};
};
