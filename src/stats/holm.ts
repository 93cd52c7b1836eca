/**
 * Holm's step-down p-values (1979): rejecting those that are at most alpha keeps the chance of any false rejection among all of
 * them at alpha, however they depend on each other. In the order given; the i-th smallest of m counts m − i + 1 times, and
 * never less than a smaller one.
 */
export const holm = (ps: readonly number[]): number[] => {
  const adjusted = new Array<number>(ps.length);
  let least = 0;
  const ascending = [...ps.entries()].sort(([, a], [, b]) => a - b);
  for (const [place, [index, p]] of ascending.entries()) {
    least = Math.max(least, Math.min(1, p * (ps.length - place)));
    adjusted[index] = least;
  }
  return adjusted;
};
