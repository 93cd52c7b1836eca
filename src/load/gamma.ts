import {normal} from '../workloads/random.ts';

/**
 * Draws from the gamma distribution with mean 1 and the given shape (above 0): its variance is 1/shape. Exact, after
 * Marsaglia and Tsang, "A simple method for generating gamma variables" (ACM TOMS 26, 2000).
 */
export const gammaOfMeanOne = (shape: number, random: () => number): (() => number) => {
  // The method needs a shape of at least 1. Below, a draw of shape + 1 times U^(1/shape) has the shape that is asked for.
  const boosted = shape < 1;
  const d = (boosted ? shape + 1 : shape) - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  const draw = (): number => {
    for (;;) {
      const x = normal(random);
      const v = (1 + c * x) ** 3;
      if (v > 0 && Math.log(1 - random()) < (x * x) / 2 + d * (1 - v + Math.log(v))) return d * v;
    }
  };
  return boosted ? () => (draw() * random() ** (1 / shape)) / shape : () => draw() / shape;
};
