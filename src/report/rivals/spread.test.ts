import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {chatSample} from '../../stats/test-samples.ts';
import {requestsInFlight} from './in-flight.ts';
import {spreadOf, weightedSpread} from './spread.ts';

describe('of raw values', () => {
  test('mean, ends, population deviation and interpolated percentiles', () => {
    const {n, mean, min, max, deviation, at} = spreadOf([9, 1, 2, 4]);
    expect([n, mean, min, max, at(0.5)]).toEqual([4, 4, 1, 9, 3]);
    expect(deviation).toBeCloseTo(3.0822, 4); // √((9 + 4 + 0 + 25) / 4)
  });

  test('of none everything is 0', () => {
    const {n, mean, max, deviation, at} = spreadOf([]);
    expect([n, mean, max, deviation, at(0.99)]).toEqual([0, 0, 0, 0, 0]);
  });
});

describe('of weighted values', () => {
  test('a quantile is the first value at which the weights reach their share', () => {
    const {mean, at} = weightedSpread([
      [50, 1],
      [10, 3],
      [30, 2],
    ]);
    expect(mean).toBeCloseTo(140 / 6, 12);
    expect([at(0.5), at(0.51), at(0.95)]).toEqual([10, 30, 50]); // 10 has three sixths
  });

  test('values without weight are none, and of none everything is 0', () => {
    const {mean, at} = weightedSpread([[7, 0]]);
    expect([mean, at(0.5)]).toEqual([0, 0]);
  });

  test('with equal weights it is the value of rank ⌈q·n⌉', () => {
    const values = fc.array(fc.integer({min: 0, max: 1000}), {minLength: 1, maxLength: 50});
    fc.assert(
      fc.property(values, fc.constantFrom(0.25, 0.5, 0.75), (unsorted, q) => {
        // Powers of two only: their sums are exact, so that no rounding decides which value it is.
        const padded = unsorted
          .concat(unsorted, unsorted, unsorted)
          .slice(0, 2 ** Math.floor(Math.log2(unsorted.length) + 2));
        const sorted = padded.toSorted((a, b) => a - b);
        expect(weightedSpread(padded.map(value => [value, 1] as const)).at(q)).toBe(
          sorted[Math.ceil(q * sorted.length) - 1],
        );
      }),
    );
  });
});

test('requests in flight are levels with the time that each lasted', () => {
  const samples = [
    chatSample({sentMs: 0, endMs: 140}),
    chatSample({sentMs: 0, endMs: 270}),
    chatSample({sentMs: 140, endMs: 440}),
  ];
  const time = new Map<number, number>();
  for (const [level, ms] of requestsInFlight(samples)) time.set(level, (time.get(level) ?? 0) + ms);
  expect([time.get(2), time.get(1)]).toEqual([270, 170]);
});
