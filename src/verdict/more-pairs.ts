import {normalQuantile} from '../stats/normal.ts';
import {studentTQuantile} from '../stats/students-t.ts';
import type {CostPair} from '../stats/two-level.ts';
import type {Look} from './looks.ts';

/** That many pairs decide in four of five cases, if effect and noise are what they look like. */
const power = 0.8;

/** Beyond this it is not a matter of more pairs. */
const mostPairs = 1000;

interface Missing {
  readonly pairs: readonly CostPair[];
  readonly looks: readonly Look[];
  /** On the scale of costs. */
  readonly margin: number;
}

/**
 * How many pairs are missing until the effect is shown to lie on the side of the margin on which it is now: up to the next look at
 * which they are enough, or beyond the last one. Null where more than 1000 would be needed.
 *
 * The smallest n with (t(1−α, n−1) + z(0.8)) · s ÷ √n ≤ |margin − mean|, at the last look's level α.
 */
export const morePairs = ({pairs, looks, margin}: Missing): number | null => {
  const have = pairs.length;
  const next = looks.find(look => look.pairs > have)?.pairs;
  if (have < 2) return next === undefined ? null : next - have;
  const effects = pairs.map(({baseline, candidate}) => candidate.cost - baseline.cost);
  const mean = effects.reduce((sum, effect) => sum + effect, 0) / have;
  const between = effects.reduce((sum, effect) => sum + (effect - mean) ** 2, 0) / (have - 1);
  const within = pairs.reduce((sum, {baseline, candidate}) => sum + baseline.variance + candidate.variance, 0) / have;
  const sd = Math.sqrt(Math.max(between, within));
  const alpha = looks.at(-1)?.alpha ?? 0.05;
  const enough = (n: number) =>
    (studentTQuantile(1 - alpha, n - 1) + normalQuantile(power)) * sd <= Math.abs(margin - mean) * Math.sqrt(n);
  let [low, high] = [have, mostPairs];
  if (!enough(high)) return null;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (enough(middle)) high = middle;
    else low = middle;
  }
  return (looks.find(look => look.pairs >= high)?.pairs ?? high) - have;
};
