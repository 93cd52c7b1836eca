/**
 * Ordinary least squares by the normal equations, solved by Gaussian elimination with partial pivoting.
 * `rows[i]` are the regressors of `targets[i]`; put a 1 among them for an intercept.
 * Good for the few unknowns of a step-time model; throws RangeError when the rows do not determine them.
 */
export const leastSquares = (rows: readonly (readonly number[])[], targets: readonly number[]): readonly number[] => {
  const unknowns = rows[0]?.length ?? 0;
  const sum = (term: (row: readonly number[], target: number) => number) =>
    rows.reduce((total, row, index) => total + term(row, targets[index] ?? Number.NaN), 0);
  const augmented = Array.from({length: unknowns}, (_, i) => [
    ...Array.from({length: unknowns}, (_, j) => sum(row => (row[i] ?? 0) * (row[j] ?? 0))),
    sum((row, target) => (row[i] ?? 0) * target),
  ]);
  for (let column = 0; column < unknowns; column++) {
    const candidates = augmented.slice(column);
    const pivot = candidates.reduce((best, row) =>
      Math.abs(row[column] ?? 0) > Math.abs(best[column] ?? 0) ? row : best,
    );
    const scale = pivot[column] ?? 0;
    if (!(Math.abs(scale) > 1e-12)) throw new RangeError('the rows do not determine every unknown');
    augmented.splice(augmented.indexOf(pivot), 1);
    const normal = pivot.map(value => value / scale);
    for (const row of augmented) {
      const factor = row[column] ?? 0;
      for (const [index, value] of normal.entries()) row[index] = (row[index] ?? 0) - factor * value;
    }
    augmented.splice(column, 0, normal);
  }
  return augmented.map(row => row[unknowns] ?? Number.NaN);
};
