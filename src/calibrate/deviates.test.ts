import {expect, test} from 'vitest';
import {randomStream} from '../stats/random-stream.ts';
import {autoregressionOf, fillSeries} from './autoregression.ts';
import {normalDeviates, studentDeviates, uniformDeviates} from './deviates.ts';
import {marginalOf, placeOf} from './marginal.ts';

const moments = (values: readonly number[]) => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const central = (power: number) => values.reduce((sum, value) => sum + (value - mean) ** power, 0) / values.length;
  return {mean, variance: central(2), kurtosis: central(4) / central(2) ** 2};
};
const uniform = () => uniformDeviates(randomStream(7, 'test'));
const drawn = (draw: () => number, count = 40_000) => Array.from({length: count}, draw);

test('normal deviates have mean 0, variance 1 and kurtosis 3', () => {
  const {mean, variance, kurtosis} = moments(drawn(normalDeviates(uniform())));
  expect(mean).toBeCloseTo(0, 1);
  expect(variance).toBeCloseTo(1, 1);
  expect(Math.abs(kurtosis - 3)).toBeLessThan(0.1);
});

test('Student deviates have variance 1 and tails that are heavier: kurtosis 3 + 6 ÷ (degrees − 4)', () => {
  const random = uniform();
  const {mean, variance, kurtosis} = moments(drawn(studentDeviates(random, normalDeviates(random), 12)));
  expect(mean).toBeCloseTo(0, 1);
  expect(variance).toBeCloseTo(1, 1);
  expect(Math.abs(kurtosis - 3.75)).toBeLessThan(0.4);
});

test('an odd number of degrees has variance 1 as well', () => {
  const random = uniform();
  expect(moments(drawn(studentDeviates(random, normalDeviates(random), 9))).variance).toBeCloseTo(1, 1);
});

test('the autoregression with ρ₁ = 0.6 and ρ₂ = 0.36 is one of order 1, and misses 0.8 standard deviations', () => {
  const {coefficients, missSd} = autoregressionOf([0.6, 0.36]);
  expect(coefficients[1]?.[0]).toBeCloseTo(0.6, 12);
  expect(coefficients[2]?.[0]).toBeCloseTo(0.6, 12);
  expect(coefficients[2]?.[1]).toBeCloseTo(0, 12);
  expect(missSd[1]).toBeCloseTo(0.8, 12);
});

test('a filled series has the autocorrelations that were asked for, from its first value on', () => {
  const normal = normalDeviates(uniform());
  const autoregression = autoregressionOf([0.5, -0.2]);
  const series = Array.from({length: 20_000}, () => {
    const values = new Float64Array(4);
    fillSeries(values, autoregression, normal);
    return values;
  });
  const together = (one: number, other: number) =>
    series.reduce((sum, values) => sum + (values[one] as number) * (values[other] as number), 0) / series.length;
  expect(together(0, 0)).toBeCloseTo(1, 1);
  expect(together(3, 3)).toBeCloseTo(1, 1);
  expect(Math.abs(together(0, 1) - 0.5)).toBeLessThan(0.03);
  expect(Math.abs(together(1, 3) + 0.2)).toBeLessThan(0.03);
});

test('the table of a distribution has mean 1, or median 1, and its quantiles in place', () => {
  const random = uniform();
  const normal = normalDeviates(random);
  const byMean = marginalOf([1, 2, 6], 'mean');
  expect(moments(drawn(() => byMean[placeOf(normal())] as number)).mean).toBeCloseTo(1, 1);
  // Mean of the lower half is 1.5, of the upper one 4, of both 2.75: the median 2 becomes 2 ÷ 2.75.
  expect(byMean[placeOf(0)]).toBeCloseTo(2 / 2.75, 2);
  const byMedian = marginalOf([1, 2, 6], 'median');
  expect(byMedian[placeOf(0)]).toBeCloseTo(1, 6);
  expect(byMedian[placeOf(99)]).toBeCloseTo(3, 2);
});
