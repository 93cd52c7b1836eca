import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {resampled} from './circular-blocks.ts';
import type {Statistic} from './metrics.ts';
import {percentile} from './percentile.ts';
import {RandomStream, randomStream} from './random-stream.ts';

const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
const sdOf = (values: Float64Array) => {
  const centre = mean(values);
  return Math.sqrt(mean(values.map(value => (value - centre) ** 2)));
};

/** The same by the book: every resample written out, and sorted. */
const writtenOut = (values: readonly number[], statistic: Statistic, count: number, length: number) => {
  const n = values.length;
  const random = new RandomStream([1, 2, 3, n]);
  const each = Math.min(n, length);
  const starts = new Uint32Array(Math.ceil(n / each));
  return Array.from({length: count}, () => {
    random.fillBelow(starts, n);
    const drawn = [...starts]
      .flatMap(start => Array.from({length: each}, (_, at) => values[(start + at) % n] ?? Number.NaN))
      .slice(0, n);
    return statistic === 'mean' ? mean(drawn) : percentile(Float64Array.from(drawn).sort(), statistic.quantile);
  });
};

describe('resamples by circular blocks', () => {
  test('are those that come of writing them out', () => {
    const share = fc.oneof(fc.constantFrom(0, 0.5, 0.99, 1), fc.double({min: 0, max: 1, noNaN: true}));
    const statistics = fc.oneof(
      fc.constant('mean' as const),
      share.map(quantile => ({quantile})),
    );
    // Few different values: ties.
    const series = fc.array(fc.integer({min: -5, max: 9}), {minLength: 1, maxLength: 60});
    fc.assert(
      fc.property(series, statistics, fc.integer({min: 1, max: 70}), (values, statistic, length) => {
        const random = new RandomStream([1, 2, 3, values.length]);
        const found = resampled({values, statistic, count: 5, random, length});
        const byTheBook = writtenOut(values, statistic, 5, length);
        for (const [at, value] of byTheBook.entries()) expect(found[at]).toBeCloseTo(value, 9);
      }),
      {numRuns: 300},
    );
  });

  test('one run as long as the series is the series: nothing varies', () => {
    const all = {values: [1, 2, 3, 4, 10], count: 9, length: 5, random: randomStream(1)};
    expect([...new Set(resampled({...all, statistic: 'mean'}))]).toEqual([4]);
    expect([...new Set(resampled({...all, statistic: {quantile: 0.5}}))]).toEqual([3]);
  });

  test('of independent values the mean varies by the standard error', () => {
    const random = randomStream('independent');
    const values = Array.from({length: 1000}, () => random.uniform());
    const spread = sdOf(resampled({values, statistic: 'mean', count: 2000, random, length: 1}));
    expect(spread).toBeCloseTo(Math.sqrt(1 / 12 / 1000), 3);
  });

  test('values that stay for long vary more, and waves that even out vary less, than single draws tell', () => {
    const random = randomStream('dependent');
    const spread = (values: readonly number[], length?: number) =>
      sdOf(resampled({values, statistic: 'mean', count: 500, random, ...(length === undefined ? {} : {length})}));
    const slow = Array.from({length: 20}, () => random.uniform()).flatMap(value => Array<number>(20).fill(value));
    expect(spread(slow)).toBeGreaterThan(2.5 * spread(slow, 1));
    const waves = Array.from({length: 64}, (_, at) => (at % 4 === 0 ? 8 : 0) + random.uniform());
    expect(spread(waves)).toBeLessThan(0.6 * spread(waves, 1));
  });

  test('of nothing are refused, and of one value are that value', () => {
    const rest = {count: 2, random: randomStream(1)};
    expect(() => resampled({values: [], statistic: 'mean', ...rest})).toThrow(RangeError);
    expect([...resampled({values: [7], statistic: {quantile: 0.99}, ...rest})]).toEqual([7, 7]);
    expect([...resampled({values: [7], statistic: 'mean', ...rest})]).toEqual([7, 7]);
  });
});
