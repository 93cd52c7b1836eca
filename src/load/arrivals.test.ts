import fc from 'fast-check';
import {expect, test} from 'vitest';
import {seededRandom} from '../workloads/random.ts';
import {planArrivals} from './arrivals.ts';

test('uniform arrivals are one over the rate apart, from 0 on', () => {
  expect(
    planArrivals({ratePerSecond: 4, arrivals: 'uniform', requests: 5, durationSeconds: null}, Math.random),
  ).toEqual([0, 250, 500, 750, 1000]);
});

test('a duration ends the plan before it is over', () => {
  expect(
    planArrivals({ratePerSecond: 4, arrivals: 'uniform', requests: null, durationSeconds: 1}, Math.random),
  ).toEqual([0, 250, 500, 750]);
});

test('requests and duration end the plan, whichever is first', () => {
  const plan = {ratePerSecond: 1000, arrivals: 'uniform', durationSeconds: 1} as const;
  expect(planArrivals({...plan, requests: 3}, Math.random)).toHaveLength(3);
  expect(planArrivals({...plan, requests: 3000}, Math.random)).toHaveLength(1000);
});

test('a Poisson gap is -ln(1-u) over the rate', () => {
  const draws = [0.5, 0, 0.75];
  const plan = planArrivals(
    {ratePerSecond: 10, arrivals: 'poisson', requests: 3, durationSeconds: null},
    () => draws.shift() ?? 0,
  );
  expect(plan).toEqual([69.315, 69.315, 207.944]); // 100 ln 2, the same again, 300 ln 2; in whole microseconds
});

test('the same seed gives the same Poisson plan, and another seed another', () => {
  const plan = (seed: number) =>
    planArrivals({ratePerSecond: 50, arrivals: 'poisson', requests: 100, durationSeconds: null}, seededRandom(seed));
  expect(plan(1)).toEqual(plan(1));
  expect(plan(1)).not.toEqual(plan(2));
});

test('Poisson arrivals keep the rate and are as spread as their mean gap', () => {
  const plan = planArrivals(
    {ratePerSecond: 100, arrivals: 'poisson', requests: 20_000, durationSeconds: null},
    seededRandom(7),
  );
  const gaps = plan.map((atMs, index) => atMs - (plan[index - 1] ?? 0));
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
  expect(mean).toBeGreaterThan(9.7);
  expect(mean).toBeLessThan(10.3);
  expect(deviation / mean).toBeGreaterThan(0.95);
  expect(deviation / mean).toBeLessThan(1.05);
});

test('any plan is ascending, finite, and inside its limits', () => {
  fc.assert(
    fc.property(
      fc.double({min: 0.1, max: 5000, noNaN: true}),
      fc.constantFrom('poisson' as const, 'uniform' as const),
      fc.integer({min: 1, max: 500}),
      fc.integer(),
      (ratePerSecond, arrivals, requests, seed) => {
        const plan = planArrivals({ratePerSecond, arrivals, requests, durationSeconds: 2}, seededRandom(seed));
        expect(plan.length).toBeLessThanOrEqual(requests);
        expect(plan.every((atMs, index) => atMs >= (plan[index - 1] ?? 0) && atMs < 2000)).toBe(true);
      },
    ),
  );
});
