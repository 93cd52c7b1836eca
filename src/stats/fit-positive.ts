import {leastSquares} from './least-squares.ts';

export interface Fit {
  readonly values: readonly number[];
  readonly residuals: readonly number[];
  /** `slopes[i][j]`: how far residual j moves when the logarithm of value i grows by 1. */
  readonly slopes: readonly (readonly number[])[];
}

/** Differences of logarithms: what a simulation answers has steps, so first see past the large ones and then look closely. */
const widths = [0.2, 0.1, 0.03, 0.01];
/** A round that wins less than this share ends its width. */
const leastGain = 1e-3;
const mostRounds = 20;
/** No value grows or shrinks by more than e in one round: slopes tell what is near. */
const longestMove = 1;

const clamp = (move: number) => Math.min(longestMove, Math.max(-longestMove, move));

/**
 * Positive values that bring residuals as near to zero as they go, in least squares: Gauss-Newton on the values'
 * logarithms with forward differences, damped as by Levenberg, so that a value that no residual tells stays where it began.
 */
export const fitPositive = (
  start: readonly number[],
  residualsOf: (values: readonly number[]) => readonly number[],
): Fit => {
  const at = (logs: readonly number[]) => {
    const residuals = residualsOf(logs.map(Math.exp));
    return {logs, residuals, cost: residuals.reduce((sum, residual) => sum + residual ** 2, 0)};
  };
  const slopesAt = ({logs, residuals}: ReturnType<typeof at>, width: number) =>
    logs.map((_, moved) => {
      const near = residualsOf(logs.map((log, index) => Math.exp(index === moved ? log + width : log)));
      return residuals.map((residual, index) => ((near[index] ?? Number.NaN) - residual) / width);
    });
  /** The best of ever shorter moves along the slopes; null when none is better than to stay. */
  const improved = ({logs, residuals, cost}: ReturnType<typeof at>, slopes: readonly (readonly number[])[]) => {
    for (let damping = 1e-4; damping < 1e3; damping *= 10) {
      const rows = residuals.map((_, index) => slopes.map(slope => slope[index] ?? Number.NaN));
      const stay = logs.map((_, i) => logs.map((_, j) => (i === j ? Math.sqrt(damping) : 0)));
      const targets = [...residuals.map(residual => -residual), ...logs.map(() => 0)];
      const moves = leastSquares([...rows, ...stay], targets);
      const next = at(logs.map((log, index) => log + clamp(moves[index] ?? 0)));
      if (next.cost < cost) return next;
    }
    return null;
  };

  let best = at(start.map(Math.log));
  let slopes: readonly (readonly number[])[] = [];
  for (const width of widths) {
    for (let round = 0; round < mostRounds; round++) {
      slopes = slopesAt(best, width);
      const next = improved(best, slopes);
      const gain = next === null ? 0 : 1 - next.cost / best.cost;
      best = next ?? best;
      if (!(gain > leastGain)) break;
    }
  }
  return {values: best.logs.map(Math.exp), residuals: best.residuals, slopes};
};
