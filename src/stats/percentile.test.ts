import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {median, minimumForP99, minimumSampleFor, percentile, summarise} from './percentile.ts';

const oneTo = (n: number) => Array.from({length: n}, (_, index) => index + 1);
const values = fc.array(fc.double({min: -1e6, max: 1e6, noNaN: true}), {minLength: 1, maxLength: 200});

describe('percentile', () => {
  test('the p99 of 1..100 is 99.01 with linear interpolation', () => {
    expect(percentile(oneTo(100), 0.99)).toBeCloseTo(99.01, 10);
  });

  test('the median of an even number of values lies halfway between the middle two', () => {
    expect(percentile([1, 2, 4, 9], 0.5)).toBe(3);
  });

  test('the ends are the smallest and the largest value', () => {
    expect([percentile([3, 5, 8], 0), percentile([3, 5, 8], 1)]).toEqual([3, 8]);
  });

  test('one value is every percentile of itself', () => {
    expect(percentile([7], 0.99)).toBe(7);
  });

  test('no values have no percentile', () => {
    expect(() => percentile([], 0.5)).toThrow(RangeError);
  });

  test('the shares of n values at k/(n-1) are the values themselves', () => {
    fc.assert(
      fc.property(values, unsorted => {
        const sorted = unsorted.toSorted((a, b) => a - b);
        for (const [k, value] of sorted.entries())
          expect(percentile(sorted, sorted.length === 1 ? 0.3 : k / (sorted.length - 1))).toBeCloseTo(value, 3);
      }),
    );
  });

  test('it is the piecewise linear function through those points', () => {
    // The naive definition: walk the segments and interpolate within the one that holds q.
    const naive = (sorted: readonly number[], q: number): number => {
      for (let k = 1; k < sorted.length; k += 1) {
        const [left, right] = [(k - 1) / (sorted.length - 1), k / (sorted.length - 1)];
        const [low, high] = [sorted[k - 1] as number, sorted[k] as number];
        if (q <= right) return low + ((high - low) * (q - left)) / (right - left);
      }
      return sorted.at(-1) as number;
    };
    fc.assert(
      fc.property(values, fc.double({min: 0, max: 1, noNaN: true}), (unsorted, q) => {
        const sorted = unsorted.toSorted((a, b) => a - b);
        expect(percentile(sorted, q)).toBeCloseTo(naive(sorted, q), 3);
      }),
    );
  });
});

test('the median takes values in any order, leaves them so, and there is none of nothing', () => {
  const given = [9, 1, 4, 2];
  expect(median(given)).toBe(3);
  expect(given).toEqual([9, 1, 4, 2]);
  expect(() => median([])).toThrow(RangeError);
});

describe('minimumSampleFor', () => {
  test('a P99 needs 662 values for 99 % confidence', () => {
    expect(minimumForP99).toBe(662);
  });

  test('one value fewer would leave more than 1 % of doubt, 662 leave less', () => {
    const doubt = (n: number) => 0.99 ** n + n * 0.99 ** (n - 1) * 0.01;
    expect(doubt(661)).toBeGreaterThan(0.01);
    expect(doubt(662)).toBeLessThanOrEqual(0.01);
  });

  test('a 95/95 bound from the second-largest value needs 93, as in the tables of Wilks', () => {
    expect(minimumSampleFor(0.95, 0.95)).toBe(93);
  });

  test('a median needs 8: (1 + 8) / 2^8 is 3.5 %, (1 + 7) / 2^7 is 6.3 %', () => {
    expect(minimumSampleFor(0.5, 0.95)).toBe(8);
  });
});

describe('summarise', () => {
  test('1..1000 in any order', () => {
    expect(summarise(oneTo(1000).reverse())).toEqual({
      n: 1000,
      mean: 500.5,
      p50: 500.5,
      p90: expect.closeTo(900.1, 9),
      p95: expect.closeTo(950.05, 9),
      p99: expect.closeTo(990.01, 9),
      max: 1000,
    });
  });

  test('values are ordered as numbers, not as text', () => {
    expect(summarise([10, 9, 100])?.p50).toBe(10);
  });

  test('661 values have no P99 and 662 have one', () => {
    expect(summarise(oneTo(661))?.p99).toBeNull();
    expect(summarise(oneTo(662))?.p99).toBeCloseTo(655.39, 9); // rank 661 · 0.99 = 654.39 counted from 0
  });

  test('no values have no distribution', () => {
    expect(summarise([])).toBeNull();
  });
});
