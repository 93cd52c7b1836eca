import {normalQuantile} from './normal.ts';
import {percentile} from './percentile.ts';
import type {MeanBounds} from './welch.ts';

/**
 * Slope of `ys` over `xs` (ascending): the median of the slopes between all pairs, with Sen's bounds (1968), which count in how many
 * pairs y rises and ask nothing of the noise but independence. One reading that is off, or one jump, moves it little. Infinite bounds
 * where there are too few points for `alpha`; null with fewer than two. Of order n²: hand it a few dozen points.
 */
export const theilSen = (xs: readonly number[], ys: readonly number[]): MeanBounds | null => {
  const slopes: number[] = [];
  for (let a = 0; a < xs.length; a += 1)
    for (let b = a + 1; b < xs.length; b += 1) {
      const run = (xs[b] as number) - (xs[a] as number);
      if (run > 0) slopes.push(((ys[b] as number) - (ys[a] as number)) / run);
    }
  if (slopes.length === 0) return null;
  const sorted = Float64Array.from(slopes).sort();
  const n = xs.length;
  const deviation = Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  /** How many slopes lie outside of either bound. */
  const outside = (alpha: number) => Math.floor((sorted.length + normalQuantile(alpha) * deviation) / 2) - 1;
  return {
    estimate: percentile(sorted, 0.5),
    lower: alpha => sorted[outside(alpha)] ?? Number.NEGATIVE_INFINITY,
    upper: alpha => sorted[sorted.length - 1 - outside(alpha)] ?? Number.POSITIVE_INFINITY,
  };
};
