import type {Claim} from '../schema/claim.ts';
import {fewestPairs} from './outcome.ts';

interface Interval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

/**
 * The size from which a ratio is as large as was claimed: half a unit of the claim's last digit (`rounding`) short of it.
 */
export const limitOf = ({direction, size}: Pick<Claim, 'direction' | 'size'>, rounding: number): number => {
  if (size === null) return 1;
  return direction === 'higher' ? size - rounding : size + rounding;
};

/** Whether an interval lies beyond a limit in the claimed direction, short of it, or on both sides. */
export const against = (
  {low, high}: Interval,
  {direction}: Pick<Claim, 'direction'>,
  limit: number,
): 'beyond' | 'short' | 'both' => {
  const [nearer, farther] = direction === 'higher' ? [low, high] : [-high, -low];
  const least = direction === 'higher' ? limit : -limit;
  if (nearer >= least) return 'beyond';
  return farther < least ? 'short' : 'both';
};

/** More than this many pairs are no plan. */
const mostPairs = 1000;

/**
 * Pairs that are missing until an interval of this spread, which narrows with the root of their number, no longer has the
 * limit in it; null where the estimate is too near to it.
 */
export const morePairsFor = (pairs: number, {estimate, low, high}: Interval, limit: number): number | null => {
  if (pairs < fewestPairs) return fewestPairs - pairs;
  const halfWidth = (Math.log(high) - Math.log(low)) / 2;
  const distance = Math.abs(Math.log(estimate) - Math.log(limit));
  const needed = Math.ceil(pairs * (halfWidth / distance) ** 2);
  return needed > mostPairs ? null : Math.max(1, needed - pairs);
};
