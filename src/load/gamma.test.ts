import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {seededRandom} from '../workloads/random.ts';
import {gammaOfMeanOne} from './gamma.ts';

const count = 20_000;
/** The Kolmogorov-Smirnov distance that only one in a hundred samples of this size reaches. */
const ksLimit = 1.628 / Math.sqrt(count);

const drawn = (shape: number, seed = 1): Float64Array => {
  const draw = gammaOfMeanOne(shape, seededRandom(seed, 'gamma'));
  return Float64Array.from({length: count}, draw).sort();
};

const shareBelow = (sorted: Float64Array, limit: number) => {
  const above = sorted.findIndex(value => value > limit);
  return (above < 0 ? count : above) / count;
};

test('a draw is that of Marsaglia and Tsang, worked out by hand', () => {
  const from = (...draws: number[]) => {
    const random = () => draws.shift() ?? Number.NaN;
    return (shape: number) => gammaOfMeanOne(shape, random)();
  };
  // x = 0, so v = 1: d/shape, with d = shape - 1/3.
  expect(from(0, 0, 0.5)(1)).toBeCloseTo(2 / 3, 12);
  expect(from(0, 0, 0.5)(4)).toBeCloseTo(11 / 12, 12);
  // Below 1: d = 3/2 - 1/3, times 0.5^2, over the shape.
  expect(from(0, 0, 0.5, 0.5)(0.5)).toBeCloseTo(7 / 12, 12);
  // A normal of -6 makes v negative: another one is drawn.
  expect(from(1 - Math.exp(-18), 0.5, 0, 0, 0.5)(1)).toBeCloseTo(2 / 3, 12);
});

// P(X <= quantile) for mean 1. Shape 1/2 is chi-squared with 1 degree of freedom, 4 with 8 (over 8).
describe.each([
  [0.1, {0.5: 0.0059339, 0.75: 0.35306, 0.9: 2.6615, 0.99: 15.885}],
  [0.25, {0.25: 0.010569, 0.5: 0.1747, 0.75: 1.0425, 0.9: 3.0016, 0.99: 9.7355}],
  [0.5, {0.1: 0.015791, 0.25: 0.10153, 0.5: 0.45494, 0.75: 1.3233, 0.9: 2.7055, 0.99: 6.6349}],
  [4, {0.1: 0.43619, 0.25: 0.63383, 0.5: 0.91802, 0.75: 1.2774, 0.9: 1.6702, 0.99: 2.5113}],
  [20, {0.1: 0.72626, 0.25: 0.84151, 0.5: 0.98338, 0.75: 1.1404, 0.9: 1.2951, 0.99: 1.5923}],
])('a gamma distribution of shape %d', (shape, quantiles) => {
  const sorted = drawn(shape);

  test('has its quantiles', () => {
    for (const [share, value] of Object.entries(quantiles))
      expect(Math.abs(shareBelow(sorted, value) - Number(share))).toBeLessThan(ksLimit);
  });

  test('has mean 1 and variance 1/shape', () => {
    const mean = sorted.reduce((sum, value) => sum + value, 0) / count;
    const variance = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
    // Four standard errors; the fourth moment of a gamma distribution about its mean is (3 + 6/shape)/shape².
    expect(Math.abs(mean - 1)).toBeLessThan(4 / Math.sqrt(shape * count));
    expect(Math.abs(variance * shape - 1)).toBeLessThan(4 * Math.sqrt((2 + 6 / shape) / count));
  });
});

test.each([1, 2, 3, 5])('of the whole number %d it is the sum of so many exponential times', shape => {
  const sorted = drawn(shape, 7);
  const erlang = (value: number) => {
    let [term, sum] = [1, 1];
    for (let index = 1; index < shape; index += 1) {
      term *= (shape * value) / index;
      sum += term;
    }
    return 1 - Math.exp(-shape * value) * sum;
  };
  const distance = sorted.reduce((most, value, index) => {
    const share = erlang(value);
    return Math.max(most, share - index / count, (index + 1) / count - share);
  }, 0);
  expect(distance).toBeLessThan(ksLimit);
});

test('whatever the shape and the seed, draws are finite, not negative, and the same again', () => {
  fc.assert(
    fc.property(fc.double({min: 0.01, max: 10_000, noNaN: true}), fc.integer(), (shape, seed) => {
      const twenty = () => Array.from({length: 20}, gammaOfMeanOne(shape, seededRandom(seed)));
      const draws = twenty();
      expect(draws.every(value => Number.isFinite(value) && value >= 0)).toBe(true);
      expect(twenty()).toEqual(draws);
    }),
  );
});
