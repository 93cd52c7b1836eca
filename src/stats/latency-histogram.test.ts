import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {packHistogram, readHistogram} from './histogram-bytes.ts';
import {histogramError, LatencyHistogram} from './latency-histogram.ts';
import {summarise} from './percentile.ts';

const of = (values: readonly number[]): LatencyHistogram => {
  const histogram = new LatencyHistogram();
  for (const value of values) histogram.add(value);
  return histogram;
};

const sumOf = (...parts: readonly LatencyHistogram[]): LatencyHistogram => {
  const sum = new LatencyHistogram();
  for (const part of parts) sum.merge(part);
  return sum;
};

/** Microseconds as the client stamps them, their fractions (time per token), and any other duration. */
const latency = fc.oneof(
  fc.integer({min: 0, max: 100_000_000}).map(us => us / 1000),
  fc.tuple(fc.integer({min: 1, max: 10_000_000}), fc.integer({min: 1, max: 512})).map(([us, n]) => us / 1000 / n),
  fc.double({min: 2 ** -20, max: 2 ** 32 - 1, noNaN: true}),
);
const latencies = fc.array(latency, {minLength: 1, maxLength: 2000, size: 'max'});

const quantities = ['p50', 'p90', 'p95', 'p99'] as const;

describe('a histogram of latencies', () => {
  test('tells every percentile to a 1024th of itself, and count, least and greatest exactly', () => {
    expect(histogramError).toBe(1 / 1024);
    fc.assert(
      fc.property(latencies, values => {
        const [exact, told] = [summarise(values), of(values).summarise()];
        expect(told?.n).toBe(exact?.n);
        expect(told?.max).toBe(exact?.max);
        for (const quantity of quantities) {
          const [is, says] = [exact?.[quantity] ?? null, told?.[quantity] ?? null];
          if (is === null || says === null) expect(says).toBe(is);
          // The rounding of the interpolation itself comes on top.
          else expect(Math.abs(says - is)).toBeLessThanOrEqual(is * (histogramError + 1e-12));
        }
        // Half a nanosecond each, and the rounding of the exact sum.
        const mean = exact?.mean ?? 0;
        expect(Math.abs((told?.mean ?? 0) - mean)).toBeLessThanOrEqual(5.1e-7 + mean * 1e-12);
      }),
      {numRuns: 200},
    );
  });

  test('comes as near as that to the ends of its buckets, and not nearer', () => {
    // From 1 ms on a bucket is 1/512 ms wide: its middle is 1/1024 ms above its lower end.
    const told = of([0.5, 1, 1, 1, 2]).summarise();
    expect(told?.p50).toBe(1 + 1 / 1024);
    expect(told?.mean).toBe(1.1);
    // The end of a bucket falls into the next one.
    expect(of([0.5, 1 + 1 / 512, 2]).summarise()?.p50).toBe(1 + 3 / 1024);
  });

  test('of one value is that value', () => {
    fc.assert(
      fc.property(latency, value => {
        const told = of([value]).summarise();
        expect([told?.p50, told?.p90, told?.p95, told?.max]).toEqual([value, value, value, value]);
      }),
    );
  });

  test('of nothing is null, and so is the sum of none', () => {
    expect(new LatencyHistogram().summarise()).toBeNull();
    expect(sumOf(of([]), of([])).summarise()).toBeNull();
  });

  test('takes no time that ran backwards, lasted for 50 days or is not known', () => {
    for (const value of [-0.001, 2 ** 32, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => of([value])).toThrow(RangeError);
  });

  test('counts what is shorter than a nanosecond as 0', () => {
    expect(of([-0, 0, 2e-7, 2e-7, 5]).summarise()).toMatchObject({n: 5, p50: 0, max: 5});
    expect(of([-0, 0]).state).toEqual(of([0, -0]).state);
  });
});

describe('histograms added up', () => {
  test('are that of all values, bit for bit, in whatever order and grouping', () => {
    fc.assert(
      fc.property(latencies, latencies, latencies, (a, b, c) => {
        const all = of([...a, ...b, ...c]).state;
        expect(sumOf(of(a), of(b), of(c)).state).toEqual(all);
        expect(sumOf(of(c), of(b), of(a)).state).toEqual(all);
        expect(sumOf(of(a), sumOf(of(b), of(c))).state).toEqual(all);
        expect(sumOf(sumOf(of(a), of(b)), of(c), of([])).state).toEqual(all);
      }),
      {numRuns: 15},
    );
  });

  test('count and average exactly beyond 2^32 values', () => {
    const histogram = of([10, 10, 10, 40]);
    for (let doubling = 0; doubling < 34; doubling += 1) histogram.merge(histogram);
    histogram.add(1000);
    const n = 4 * 2 ** 34 + 1;
    expect(histogram.summarise()).toMatchObject({n, mean: (70 * 2 ** 34 + 1000) / n, max: 1000});
    expect(histogram.summarise()?.p50).toBeCloseTo(10, 1);
    expect(histogram.summarise()?.p90).toBeCloseTo(40, 1);
  });

  test('keep their sum in whole nanoseconds beyond 2^53 of them', () => {
    const histogram = of([2 ** 31 + 0.000_001]);
    for (let doubling = 0; doubling < 20; doubling += 1) histogram.merge(histogram);
    const {sumHigh, sumLowNs} = histogram.state;
    expect(BigInt(sumHigh) * 2n ** 52n + BigInt(sumLowNs)).toBe((2n ** 31n * 1_000_000n + 1n) * 2n ** 20n);
  });
});

describe('a histogram as bytes', () => {
  test('is the same one when it is read again', () => {
    fc.assert(
      fc.property(fc.array(latency, {maxLength: 500}), values => {
        const histogram = of(values);
        const bytes = packHistogram(histogram);
        expect(readHistogram(bytes).state).toEqual(histogram.state);
        expect(packHistogram(of(values.toReversed()))).toEqual(bytes);
      }),
    );
  });

  test('has counts beyond 2^32, and takes two bytes or so for each bucket of some values', () => {
    const histogram = of(Array.from({length: 10_000}, (_, at) => 50 + at / 100));
    const bytes = packHistogram(histogram).length;
    for (let doubling = 0; doubling < 30; doubling += 1) histogram.merge(histogram);
    expect(readHistogram(packHistogram(histogram)).summarise()?.n).toBe(10_000 * 2 ** 30);
    // From 50 to 64 ms the buckets are 1/16 ms wide, to 128 ms 1/8 and to 150 ms 1/4: 224 + 512 + 88 of them.
    expect(bytes).toBe(36 + 2 + 2 * (224 + 512 + 88) + 1);
  });

  test('is refused where it is cut off, garbled or something else', () => {
    const bytes = packHistogram(of([1, 2, 300]));
    for (let length = 0; length < bytes.length; length += 1)
      expect(() => readHistogram(bytes.slice(0, length))).toThrow(/a histogram is/);
    expect(() => readHistogram(Uint8Array.from([...bytes, 1]))).toThrow(/a histogram is/);
    expect(() => readHistogram(Uint8Array.from(bytes, byte => byte ^ 1))).toThrow(/another version/);
  });
});
