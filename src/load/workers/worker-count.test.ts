import {expect, test} from 'vitest';
import type {LoadSpec} from '../../schema/suite.ts';
import {workerCount} from './worker-count.ts';

const amount = {requests: 1, durationSeconds: null, warmup: 0};
const closed = (concurrency: number): LoadSpec => ({mode: 'closed', concurrency, ...amount});
const open = (ratePerSecond: number, maxInFlight: number | null = null): LoadSpec => ({
  ...{mode: 'open', ratePerSecond, arrivals: 'uniform', maxInFlight},
  ...amount,
});

test.each([
  ['one thread up to 1,000 streams', closed(1000), 1],
  ['a second one beyond', closed(1001), 2],
  ['no more than there are cores', closed(10_000), 4],
  ['one thread up to 4,000 arrivals a second', open(4000), 1],
  ['more beyond', open(9000), 3],
  ['no more than there are places in flight', open(9000, 2), 2],
  ['one for autocannon', {mode: 'saturate', concurrency: 5000, ...amount}, 1],
] as const)('auto is %s', (_, load, count) => expect(workerCount('auto', load, 4)).toBe(count));

test('what is asked for is had, as far as there is something to do for each', () => {
  expect(workerCount(8, closed(10), 2)).toBe(8);
  expect(workerCount(8, closed(3), 2)).toBe(3);
  expect(workerCount(8, {mode: 'saturate', concurrency: 5000, ...amount}, 2)).toBe(1);
});
