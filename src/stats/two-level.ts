import type {BlockCost} from './block-cost.ts';
import {normalCdf, normalQuantile} from './normal.ts';
import type {RandomStream} from './random-stream.ts';
import {selectPercentile} from './select.ts';
import {studentTCdf, studentTQuantile} from './students-t.ts';

/** The two blocks of a pair. All blocks of a call have the same number of resamples. */
export interface CostPair {
  readonly baseline: BlockCost;
  readonly candidate: BlockCost;
}

interface Drawing {
  /** Resamples of the mean effect; 10,000 resolve a level of 0.0001. */
  readonly replicates: number;
  readonly random: RandomStream;
}

/** What pairs say about the mean effect: ln(candidate's cost ÷ baseline's), above 0 where the candidate is worse. */
export interface TwoLevel {
  readonly estimate: number;
  /** One-sided bounds, each wrong in the share `alpha` of cases; a two-sided 95 % interval has both at 0.025. */
  lower(alpha: number): number;
  upper(alpha: number): number;
  /** One-sided p of the effect being above `limit`: at most alpha when `lower(alpha)` is above it, to a replicate. */
  pAbove(limit: number): number;
  /** The same of its being below. */
  pBelow(limit: number): number;
}

/**
 * Two-level bootstrap of the mean effect of at least two pairs (else RangeError): pairs are drawn with replacement, and for each
 * a resample of either block. What chance inside the blocks adds to the spread of the effects is taken out of them first
 * (shrunk to λ² = 1 − within ÷ between, at least 0), since the second level puts it in again: Davison and Hinkley (1997), 3.8.
 *
 * Bounds are the replicates' quantiles at Φ(−√(n/(n−1))·t), t being Student's: those at alpha itself are too narrow for few pairs
 * (Hesterberg 2015, "expanded percentile"). Far out even these are, since no mean of drawn pairs lies beyond the extreme pair (at
 * alpha 0.005 six pairs missed 2 % of the time, three at 0.05 11 %), and the replicates resolve no level below 1 ÷ replicates:
 * a bound is therefore never nearer than Student's with the spread of the replicates.
 */
export const twoLevel = (pairs: readonly CostPair[], {replicates, random}: Drawing): TwoLevel => {
  const n = pairs.length;
  if (n < 2) throw new RangeError(`an interval needs two pairs, and has ${n}`);
  const effects = pairs.map(({baseline, candidate}) => candidate.cost - baseline.cost);
  const estimate = effects.reduce((sum, effect) => sum + effect, 0) / n;
  const between = effects.reduce((sum, effect) => sum + (effect - estimate) ** 2, 0) / (n - 1);
  const within = pairs.reduce((sum, {baseline, candidate}) => sum + baseline.variance + candidate.variance, 0) / n;
  const shrink = between > within ? Math.sqrt(1 - within / between) : 0;
  const centres = Float64Array.from(effects, effect => estimate + shrink * (effect - estimate));
  const means = replicateMeans(centres, pairs, {replicates, random});

  const stretch = Math.sqrt(n / (n - 1));
  const spread = stretch * deviationFrom(means, estimate);
  /** How many spreads a bound lies off at least; below 0. */
  const reach = (alpha: number) => studentTQuantile(alpha, n - 1);
  const level = (alpha: number) => normalCdf(stretch * reach(alpha));
  /** `beyond`: replicates on the other side of the limit; `distance`: of the estimate from it, and without any spread 0 is on it. */
  const pOf = (beyond: number, distance: number) => {
    const student = studentTCdf(-distance / spread || 0, n - 1);
    const share = beyond / (replicates + 1);
    return beyond === 0 ? student : Math.max(student, studentTCdf(normalQuantile(share) / stretch, n - 1));
  };
  return {
    estimate,
    lower: alpha => Math.min(selectPercentile(means, level(alpha)), estimate + reach(alpha) * spread),
    upper: alpha => Math.max(selectPercentile(means, 1 - level(alpha)), estimate - reach(alpha) * spread),
    pAbove: limit =>
      pOf(
        countOf(means, mean => mean <= limit),
        estimate - limit,
      ),
    pBelow: limit =>
      pOf(
        countOf(means, mean => mean >= limit),
        limit - estimate,
      ),
  };
};

const deviationFrom = (values: Float64Array, centre: number): number => {
  let squares = 0;
  for (const value of values) squares += (value - centre) ** 2;
  return Math.sqrt(squares / values.length);
};

const countOf = (values: Float64Array, fits: (value: number) => boolean): number => {
  let count = 0;
  for (const value of values) if (fits(value)) count += 1;
  return count;
};

const replicateMeans = (
  centres: Float64Array,
  pairs: readonly CostPair[],
  {replicates, random}: Drawing,
): Float64Array => {
  const n = pairs.length;
  const each = pairs[0]?.baseline.deviations.length ?? 0;
  const [baselines, candidates] = [new Float64Array(n * each), new Float64Array(n * each)];
  // The stretch of the levels is for all of the spread, and only that between pairs is too small by n - 1 of n.
  const unstretched = Math.sqrt((n - 1) / n);
  for (const [index, {baseline, candidate}] of pairs.entries())
    for (let at = 0; at < each; at += 1) {
      baselines[index * each + at] = unstretched * (baseline.deviations[at] as number);
      candidates[index * each + at] = unstretched * (candidate.deviations[at] as number);
    }
  const means = new Float64Array(replicates);
  const draws = new Float64Array(n);
  for (let replicate = 0; replicate < replicates; replicate += 1) {
    random.fillBelow(draws, n);
    let sum = 0;
    for (let draw = 0; draw < n; draw += 1) {
      // One number draws all three: its whole part the pair, and what is left of it the two resamples.
      const drawn = draws[draw] as number;
      const pair = drawn | 0;
      const ours = (drawn - pair) * each;
      const resample = ours | 0;
      const theirs = ((ours - resample) * each) | 0;
      const first = pair * each;
      sum +=
        (centres[pair] as number) + (candidates[first + theirs] as number) - (baselines[first + resample] as number);
    }
    means[replicate] = sum / n;
  }
  return means;
};
