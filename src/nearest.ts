/** Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours. */
const distance = (a: string, b: string): number => {
  let before: number[] = [];
  let above = Array.from({length: b.length + 1}, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(
        (above[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (above[column - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) cost = Math.min(cost, (before[column - 2] ?? 0) + 1);
      current.push(cost);
    }
    before = above;
    above = current;
  }
  return above[b.length] ?? 0;
};

/** Those of the candidates that end in the same words as `word`, which was cut short: `--node-selector` of `--shard-node-selector`. */
export const longerOf = (word: string, candidates: readonly string[]): readonly string[] => {
  const end = `-${word.replace(/^-+/, '')}`;
  return candidates.filter(candidate => candidate.replace(/^-+/, '').endsWith(end));
};

/** The candidate that `word` was probably meant to be; null when none is within a third of its length. */
export const nearest = (word: string, candidates: readonly string[]): string | null => {
  const [best] = candidates
    .map(candidate => ({candidate, away: distance(word, candidate)}))
    .sort((a, b) => a.away - b.away);
  return best !== undefined && best.away <= Math.max(1, Math.floor(word.length / 3)) ? best.candidate : null;
};
