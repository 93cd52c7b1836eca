/**
 * Kendall's τ-b of two scorings of the same items (Kendall 1945; as scipy.stats.kendalltau): 1 is one order, -1 the
 * opposite, and pairs that are tied in one of them count half. Null where one of them has nothing but ties. O(n²).
 */
export const kendallTauB = (a: readonly number[], b: readonly number[]): number | null => {
  let [agreement, untiedInA, untiedInB] = [0, 0, 0];
  for (let left = 0; left < a.length; left += 1)
    for (let right = left + 1; right < a.length; right += 1) {
      const inA = Math.sign((a[left] ?? 0) - (a[right] ?? 0));
      const inB = Math.sign((b[left] ?? 0) - (b[right] ?? 0));
      agreement += inA * inB;
      untiedInA += Math.abs(inA);
      untiedInB += Math.abs(inB);
    }
  return untiedInA === 0 || untiedInB === 0 ? null : agreement / Math.sqrt(untiedInA * untiedInB);
};

/** The indexes of the items, best first; ties go to the lower index. */
const order = (scores: readonly number[]): readonly number[] =>
  scores.map((_, index) => index).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b);

/** The share of the best `count` items of one scoring that are among those of the other; 0…1. */
export const topOverlap = (a: readonly number[], b: readonly number[], count: number): number => {
  const best = order(a).slice(0, count);
  const others = new Set(order(b).slice(0, count));
  return best.filter(index => others.has(index)).length / best.length;
};
