import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {seededRandom} from '../workloads/random.ts';
import {type OpenLoad, planArrivals} from './arrivals.ts';

const common = {mode: 'open', maxInFlight: null, requests: null, durationSeconds: null, warmup: 0} as const;
type Amount = Partial<Pick<OpenLoad, 'requests' | 'durationSeconds'>>;

const spaced = (arrivals: 'poisson' | 'uniform', ratePerSecond: number, amount: Amount): OpenLoad => ({
  ...common,
  arrivals,
  ratePerSecond,
  ...amount,
});
const gamma = (burstiness: number, ratePerSecond: number, amount: Amount): OpenLoad => ({
  ...common,
  arrivals: 'gamma',
  burstiness,
  ratePerSecond,
  ...amount,
});
const replay = (speed: number, amount: Amount = {}): OpenLoad => ({
  ...common,
  arrivals: 'trace',
  ratePerSecond: 1,
  trace: {file: 'x.jsonl', sha256: '', speed, arrivals: 4},
  ...amount,
});

const times = (...plan: Parameters<typeof planArrivals>) => Array.from(planArrivals(...plan).dueMs);

const gapsOf = (plan: readonly number[]) => {
  const gaps = plan.map((atMs, index) => atMs - (plan[index - 1] ?? 0));
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
  return {mean, variation: deviation / mean};
};

test('uniform arrivals are one over the rate apart, from 0 on', () => {
  expect(times(spaced('uniform', 4, {requests: 5}), Math.random)).toEqual([0, 250, 500, 750, 1000]);
});

test('a duration ends the plan before it is over', () => {
  expect(times(spaced('uniform', 4, {durationSeconds: 1}), Math.random)).toEqual([0, 250, 500, 750]);
});

test('requests and duration end the plan, whichever is first', () => {
  expect(times(spaced('uniform', 1000, {durationSeconds: 1, requests: 3}), Math.random)).toHaveLength(3);
  expect(times(spaced('uniform', 1000, {durationSeconds: 1, requests: 3000}), Math.random)).toHaveLength(1000);
});

test('a Poisson gap is -ln(1-u) over the rate', () => {
  const draws = [0.5, 0, 0.75];
  const plan = times(spaced('poisson', 10, {requests: 3}), () => draws.shift() ?? 0);
  expect(plan).toEqual([69.315, 69.315, 207.944]); // 100 ln 2, the same again, 300 ln 2; in whole microseconds
});

test('a gamma gap is a draw of mean 1 over the rate', () => {
  const draws = [0, 0, 0.5, 0, 0, 0.5];
  // Normals of 0: 2/3 of the mean gap of 100 ms each (gamma.test.ts).
  expect(times(gamma(1, 10, {requests: 2}), () => draws.shift() ?? Number.NaN)).toEqual([66.667, 133.333]);
});

test('the same seed gives the same plan, and another seed another', () => {
  for (const load of [spaced('poisson', 50, {requests: 100}), gamma(0.25, 50, {requests: 100})]) {
    expect(times(load, seededRandom(1))).toEqual(times(load, seededRandom(1)));
    expect(times(load, seededRandom(1))).not.toEqual(times(load, seededRandom(2)));
  }
});

test.each([
  ['poisson', spaced('poisson', 100, {requests: 20_000}), 1],
  ['gamma of burstiness 1', gamma(1, 100, {requests: 20_000}), 1],
  ['gamma of burstiness 0.25', gamma(0.25, 100, {requests: 20_000}), 2],
  ['gamma of burstiness 4', gamma(4, 100, {requests: 20_000}), 0.5],
  ['gamma of burstiness 100', gamma(100, 100, {requests: 20_000}), 0.1],
])('%s arrivals keep the rate, with a coefficient of variation of 1/√burstiness', (_, load, variation) => {
  const gaps = gapsOf(times(load, seededRandom(7)));
  expect(Math.abs(gaps.mean - 10)).toBeLessThan((4 * 10 * variation) / Math.sqrt(20_000));
  expect(gaps.variation / variation).toBeGreaterThan(0.95);
  expect(gaps.variation / variation).toBeLessThan(1.05);
});

describe('a trace', () => {
  const traceMs = Float64Array.of(5000, 5000, 5010.5, 6000);

  test('begins at 0, keeps arrivals that come together, and draws nothing', () => {
    const random = () => {
      throw new Error('drawn from');
    };
    expect(times(replay(1), random, traceMs)).toEqual([0, 0, 10.5, 1000]);
  });

  test('is replayed so many times as fast', () => {
    expect(times(replay(2), Math.random, traceMs)).toEqual([0, 0, 5.25, 500]);
    expect(times(replay(0.5), Math.random, traceMs)).toEqual([0, 0, 21, 2000]);
  });

  test('ends with its requests, or before its duration as it is replayed', () => {
    expect(times(replay(1, {requests: 3}), Math.random, traceMs)).toEqual([0, 0, 10.5]);
    expect(times(replay(2, {durationSeconds: 0.5}), Math.random, traceMs)).toEqual([0, 0, 5.25]);
    expect(times(replay(1, {durationSeconds: 9}), Math.random, traceMs)).toHaveLength(4);
  });

  test('of dates is in whole microseconds, however far they are from 1970', () => {
    const dates = Float64Array.of(1_700_158_546_680.59, 1_700_158_550_995.169);
    expect(times(replay(1), Math.random, dates)).toEqual([0, 4314.579]);
  });

  test('cannot be planned without its times', () => {
    expect(() => times(replay(1), Math.random)).toThrow('not given');
  });
});

test('any plan is ascending, finite, and inside its limits', () => {
  fc.assert(
    fc.property(
      fc.double({min: 0.1, max: 5000, noNaN: true}),
      fc.constantFrom('poisson' as const, 'uniform' as const, 'gamma' as const),
      fc.double({min: 0.01, max: 100, noNaN: true}),
      fc.integer({min: 1, max: 500}),
      fc.integer(),
      (ratePerSecond, arrivals, burstiness, requests, seed) => {
        const amount = {requests, durationSeconds: 2};
        const load =
          arrivals === 'gamma' ? gamma(burstiness, ratePerSecond, amount) : spaced(arrivals, ratePerSecond, amount);
        const plan = times(load, seededRandom(seed));
        expect(plan.length).toBeLessThanOrEqual(requests);
        expect(plan.every((atMs, index) => atMs >= (plan[index - 1] ?? 0) && atMs < 2000)).toBe(true);
      },
    ),
  );
});

test('parts have the arrivals of the whole load between them, each its own', () => {
  const load = replay(1);
  const traceMs = Float64Array.of(5, 6, 8, 12);
  const partOf = (index: number) => planArrivals(load, Math.random, traceMs, {index, of: 3});
  expect([0, 1, 2, 3].map(index => Array.from(partOf(index).dueMs))).toEqual([[0, 7], [1], [3], []]);
  expect([0, 1, 2].map(index => partOf(index).total)).toEqual([4, 4, 4]);
});
