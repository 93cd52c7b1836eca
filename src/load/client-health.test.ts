import {setTimeout as pause} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {scheduleLagP99Ms, watchHealth} from './client-health.ts';

const blockFor = (ms: number) => {
  const startMs = performance.now();
  while (performance.now() - startMs < ms);
};

test('a loop that is blocked shows as lag and as CPU, spread over the requests', async () => {
  using health = watchHealth();
  await pause(5); // the histogram's timer must have fired once
  blockFor(60);
  await pause(5);
  const {loopLagMaxMs, loopLagP99Ms, cpuMsPerRequest} = health.read(4);
  expect(loopLagMaxMs).toBeGreaterThan(50);
  expect(loopLagP99Ms).toBeLessThanOrEqual(loopLagMaxMs ?? 0);
  // 60 ms of blocking are CPU only as far as the thread was let run.
  expect(cpuMsPerRequest).toBeGreaterThan(0);
  expect(health.read(1).cpuMsPerRequest).toBeGreaterThanOrEqual(4 * cpuMsPerRequest);
});

test('a watch that has just begun has measured no lag, which is not the same as 0', () => {
  using health = watchHealth();
  expect(health.read(0)).toMatchObject({loopLagP99Ms: null, loopLagMaxMs: null});
});

test('the schedule lag is the 99th percentile, interpolated, and null where nothing was scheduled', () => {
  expect(scheduleLagP99Ms(Array.from({length: 100}, (_, n) => 100 - n))).toBeCloseTo(99.01, 9);
  expect(scheduleLagP99Ms([])).toBeNull();
});
