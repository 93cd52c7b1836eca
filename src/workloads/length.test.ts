import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {LengthSpec} from '../schema/length.ts';
import {drawLength, lengthName, longest, meanLength} from './length.ts';
import {seededRandom} from './random.ts';

const draws = (length: LengthSpec, count = 20_000) => {
  const random = seededRandom(1, 'lengths');
  return Array.from({length: count}, () => drawLength(length, random));
};
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values: readonly number[]) => {
  const middle = mean(values);
  return Math.sqrt(mean(values.map(value => (value - middle) ** 2)));
};

const file = (quantiles: number[]): LengthSpec => ({draw: 'file', file: 'x.txt', sha256: 'abc', count: 9, quantiles});

describe('20 000 draws of seed 1', () => {
  // The tolerance is five standard errors: 5 σ/√20 000 = 0.035 σ of the mean, and about as much of the deviation.
  test('uniform: mean and deviation of the whole numbers from 128 to 1024', () => {
    const drawn = draws({draw: 'uniform', min: 128, max: 1024});
    expect([Math.min(...drawn), Math.max(...drawn)]).toEqual([128, 1024]);
    expect(Math.abs(mean(drawn) - 576)).toBeLessThan(0.035 * 259);
    expect(Math.abs(deviation(drawn) - 258.9)).toBeLessThan(0.035 * 259); // √((897² - 1)/12)
  });

  test('lognormal: the logarithms are normal about the median, and the mean is median × e^(σ²/2)', () => {
    const drawn = draws({draw: 'lognormal', median: 512, sigma: 0.6, max: 1_000_000});
    const logarithms = drawn.map(Math.log);
    expect(Math.abs(mean(logarithms) - Math.log(512))).toBeLessThan(0.035 * 0.6);
    expect(Math.abs(deviation(logarithms) - 0.6)).toBeLessThan(0.035 * 0.6);
    expect(Math.abs(mean(drawn) - 613)).toBeLessThan(0.035 * 405); // 512 e^0.18, deviation 613 √(e^0.36 - 1)
  });

  test('lognormal: what is longer than the maximum is cut to it', () => {
    const drawn = draws({draw: 'lognormal', median: 512, sigma: 0.6, max: 512});
    expect(Math.max(...drawn)).toBe(512);
    expect(Math.abs(drawn.filter(tokens => tokens === 512).length / 20_000 - 0.5)).toBeLessThan(0.035 * 0.5);
  });

  test('file: evenly spread between every two quantiles', () => {
    const drawn = draws(file([100, 200, 1000]));
    expect(Math.abs(drawn.filter(tokens => tokens < 200).length / 20_000 - 0.5)).toBeLessThan(0.035 * 0.5);
    expect(Math.abs(mean(drawn) - 375)).toBeLessThan(0.035 * 286); // half of it 150 on average, half of it 600
  });
});

test('no draw is below 1 or beyond the longest, whatever the length', () => {
  const tokens = fc.integer({min: 1, max: 1_000_000});
  const lengths: fc.Arbitrary<LengthSpec> = fc.oneof(
    tokens,
    fc.tuple(tokens, tokens).map(([a, b]) => ({draw: 'uniform' as const, min: Math.min(a, b), max: Math.max(a, b)})),
    fc.record({
      draw: fc.constant('lognormal' as const),
      median: tokens,
      sigma: fc.double({min: 0.01, max: 10, noNaN: true}),
      max: tokens,
    }),
    fc.array(tokens, {minLength: 1, maxLength: 20}).map(quantiles => file(quantiles.toSorted((a, b) => a - b))),
  );
  fc.assert(
    fc.property(lengths, fc.integer(), (length, seed) => {
      const random = seededRandom(seed);
      for (let draw = 0; draw < 20; draw += 1) {
        const drawn = drawLength(length, random);
        expect(Number.isInteger(drawn) && drawn >= 1 && drawn <= longest(length)).toBe(true);
      }
    }),
  );
});

test('a fixed length draws nothing', () => {
  const random = () => {
    throw new Error('drawn');
  };
  expect(drawLength(512, random)).toBe(512);
});

test('the mean of every kind', () => {
  expect(meanLength(512)).toBe(512);
  expect(meanLength({draw: 'uniform', min: 100, max: 300})).toBe(200);
  expect(meanLength({draw: 'lognormal', median: 512, sigma: 0.6, max: 9999})).toBeCloseTo(612.98, 1);
  expect(meanLength(file([100, 200, 1000]))).toBe(375);
  expect(meanLength(file([70]))).toBe(70);
});

test('lengths that are drawn differently have different names', () => {
  const lengths: LengthSpec[] = [
    512,
    {draw: 'uniform', min: 1, max: 512},
    {draw: 'uniform', min: 2, max: 512},
    {draw: 'lognormal', median: 1, sigma: 1, max: 512},
    file([1]),
  ];
  expect(new Set(lengths.map(lengthName)).size).toBe(5);
  expect(lengthName(512)).toBe(512); // as streams were named before lengths could be drawn
});
