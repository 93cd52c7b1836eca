import type {RandomStream} from '../stats/random-stream.ts';

/** Uniform in [0, 1). */
export type Random = () => number;

/** The stream's numbers one by one, made many at a time. */
export const uniformDeviates = (stream: RandomStream): Random => {
  const made = new Float64Array(1024);
  let next = made.length;
  return () => {
    if (next === made.length) {
      stream.fillBelow(made, 1);
      next = 0;
    }
    const value = made[next] as number;
    next += 1;
    return value;
  };
};

/** Deviates of the standard normal distribution: Marsaglia's polar method, which makes two at a time. */
export const normalDeviates = (random: Random): (() => number) => {
  let spare: number | null = null;
  return () => {
    if (spare !== null) {
      const kept = spare;
      spare = null;
      return kept;
    }
    for (;;) {
      const x = 2 * random() - 1;
      const y = 2 * random() - 1;
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const scale = Math.sqrt((-2 * Math.log(square)) / square);
      spare = y * scale;
      return x * scale;
    }
  };
};

/**
 * Deviates of Student's t with 3 or more whole degrees of freedom, scaled to variance 1: chi-square with two degrees is twice an
 * exponential.
 */
export const studentDeviates = (random: Random, normal: () => number, degrees: number): (() => number) => {
  const toUnit = Math.sqrt((degrees - 2) / degrees);
  return () => {
    let chiSquare = degrees % 2 === 0 ? 0 : normal() ** 2;
    for (let left = degrees; left > 1; left -= 2) chiSquare -= 2 * Math.log(1 - random());
    return (toUnit * normal()) / Math.sqrt(chiSquare / degrees);
  };
};
