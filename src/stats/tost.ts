import type {TwoLevel} from './two-level.ts';

/**
 * Two one-sided tests (Schuirmann 1987): whether the effect is shown to lie inside ±margin, which is when both of the one-sided
 * bounds at `alpha` do.
 */
export const isEquivalent = (
  {lower, upper}: Pick<TwoLevel, 'lower' | 'upper'>,
  {margin, alpha}: {readonly margin: number; readonly alpha: number},
): boolean => lower(alpha) > -margin && upper(alpha) < margin;
