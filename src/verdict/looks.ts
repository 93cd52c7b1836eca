import type {DecisionPlan} from '../schema/plan.ts';
import {nominalLevels} from '../stats/alpha-spending.ts';

/** When the data are looked at, and the one-sided level of each look. */
export interface Look {
  /** From 1. */
  readonly look: number;
  readonly pairs: number;
  readonly alpha: number;
}

const known = new Map<string, readonly Look[]>();

/** Kept for each plan: the levels are the outcome of a numerical integration. */
export const looksOf = ({lookPairs, alpha}: Pick<DecisionPlan, 'lookPairs' | 'alpha'>): readonly Look[] => {
  const key = JSON.stringify([lookPairs, alpha]);
  const looks =
    known.get(key) ??
    nominalLevels(lookPairs, alpha).map((level, at) => ({look: at + 1, pairs: lookPairs[at] as number, alpha: level}));
  known.set(key, looks);
  return looks;
};
