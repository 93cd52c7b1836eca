import {normalCdf} from './normal.ts';

export interface MannWhitney {
  /** Pairs in which the value of `after` is the larger one; ties count half. */
  readonly u: number;
  /** Two-sided. */
  readonly p: number;
}

/** Up to this size of the smaller sample the distribution is counted out, if there are no ties: SciPy's rule. */
const exactUpTo = 8;

/** In how many of the orders of m and n values U comes to 0, 1, 2 …: the coefficients of the Gaussian binomial. */
const ordersByU = (m: number, n: number): Float64Array => {
  const counts = new Float64Array(m * n + 1);
  counts[0] = 1;
  for (let k = 1; k <= m; k += 1) {
    // Times (1 - x^(n+k)), then divided by (1 - x^k).
    for (let u = m * n; u >= n + k; u -= 1) counts[u] = (counts[u] as number) - (counts[u - n - k] as number);
    for (let u = k; u <= m * n; u += 1) counts[u] = (counts[u] as number) + (counts[u - k] as number);
  }
  return counts;
};

const exactP = (u: number, m: number, n: number): number => {
  const counts = ordersByU(Math.min(m, n), Math.max(m, n));
  const all = counts.reduce((sum, count) => sum + count, 0);
  const atLeast = counts.subarray(Math.max(u, m * n - u)).reduce((sum, count) => sum + count, 0);
  return Math.min(1, (2 * atLeast) / all);
};

const normalP = (u: number, m: number, n: number, ties: number): number => {
  const all = m + n;
  const sd = Math.sqrt(((m * n) / 12) * (all + 1 - ties / (all * (all - 1))));
  if (sd === 0) return 1;
  const z = (Math.max(u, m * n - u) - (m * n) / 2 - 0.5) / sd;
  return Math.min(1, 2 * normalCdf(-z));
};

/** Null where either sample is empty. */
export const mannWhitney = (before: readonly number[], after: readonly number[]): MannWhitney | null => {
  const [m, n] = [before.length, after.length];
  if (m === 0 || n === 0) return null;
  let u = 0;
  for (const value of after) for (const other of before) u += value > other ? 1 : value === other ? 0.5 : 0;
  const sizes = new Map<number, number>();
  for (const value of [...before, ...after]) sizes.set(value, (sizes.get(value) ?? 0) + 1);
  const ties = [...sizes.values()].reduce((sum, size) => sum + size ** 3 - size, 0);
  const exact = ties === 0 && Math.min(m, n) <= exactUpTo;
  return {u, p: exact ? exactP(u, m, n) : normalP(u, m, n, ties)};
};
