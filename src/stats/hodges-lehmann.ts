import {percentile} from './percentile.ts';

/**
 * By how much `after` lies above `before`: the median of all differences between a value of the one and a value of the other
 * (Hodges and Lehmann 1963). Of logarithms it is the logarithm of a ratio. Null where either has no value.
 */
export const hodgesLehmann = (before: readonly number[], after: readonly number[]): number | null => {
  if (before.length === 0 || after.length === 0) return null;
  const differences = Float64Array.from(after.flatMap(value => before.map(other => value - other)));
  return percentile(differences.sort(), 0.5);
};
