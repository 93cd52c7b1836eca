import {setTimeout as pause} from 'node:timers/promises';
import {expect, test} from 'vitest';
import type {Sample} from '../schema/sample.ts';
import {HealthWatch, joinHealth, type PartHealth} from './client-health.ts';
import {SharedCounts} from './shared-counts.ts';
import {Tally} from './tally.ts';

const blockFor = (ms: number) => {
  const startMs = performance.now();
  while (performance.now() - startMs < ms);
};

const watched = (scheduled = false) => {
  const clock = {nowMs: 0, now: () => clock.nowMs};
  const transport = {connectionsRefused: 0};
  return {clock, transport, tally: new Tally(new SharedCounts().measure, clock), scheduled};
};

test('a loop that is blocked shows as lag and as CPU', async () => {
  using health = new HealthWatch(watched());
  await pause(30); // the histogram's timer must have fired once
  blockFor(60);
  await pause(30);
  const {loopLagMaxMs, loopLagP99Ms, cpuMs, seconds} = health.read();
  expect(loopLagMaxMs).toBeGreaterThan(40);
  expect(loopLagP99Ms).toBeLessThanOrEqual(loopLagMaxMs ?? 0);
  expect(seconds.loopLagMaxMs[0]).toBeGreaterThan(40);
  // 60 ms of blocking are CPU only as far as the thread was let run.
  expect(cpuMs).toBeGreaterThan(0);
});

test('a watch that has just begun has measured no lag, which is not the same as 0', () => {
  using health = new HealthWatch(watched());
  expect(health.read()).toMatchObject({loopLagP99Ms: null, loopLagMaxMs: null, seconds: {loopLagMaxMs: [null]}});
});

test('garbage that is collected is a pause', async () => {
  using health = new HealthWatch(watched());
  let garbage: unknown[] = [];
  while (health.read().gcPauses.count === 0) {
    for (let round = 0; round < 50; round += 1) garbage = Array.from({length: 10_000}, (_, index) => ({index}));
    await pause(0); // the observer is told in a turn of its own
  }
  const {gcPauses} = health.read();
  expect(garbage).toHaveLength(10_000);
  expect(gcPauses.maxMs).toBeGreaterThan(0);
  expect(gcPauses.totalMs).toBeGreaterThanOrEqual(gcPauses.maxMs);
});

test('a second holds what was sent, ended, held and refused in it, and how late', () => {
  const {clock, tally, transport, scheduled} = watched(true);
  using health = new HealthWatch({clock, tally, transport, scheduled});
  tally.begin(); // from 0 to 400 ms
  clock.nowMs = 200;
  tally.begin(); // from 200 ms on
  clock.nowMs = 400;
  const late = {outcome: 'ok', scheduledMs: 190, sentMs: 200} as Sample;
  tally.end(late);
  health.seen(late);
  transport.connectionsRefused = 3;
  clock.nowMs = 1000;
  health.read();
  clock.nowMs = 1500;
  expect(health.read().seconds).toMatchObject({
    sent: [2, 0],
    ended: [1, 0],
    heldMean: [1.2, 1], // (400 + 800) / 1000
    scheduleLagMaxMs: [10, 0],
    connectionsRefused: [3, 0],
  });
});

test('a closed loop schedules nothing, so that nothing is late', () => {
  using health = new HealthWatch(watched());
  const {seconds, scheduleLagP99Ms} = health.read();
  expect([seconds.scheduleLagMaxMs, scheduleLagP99Ms]).toEqual([null, null]);
});

test('of several threads counts add up, and the worst lag stands', () => {
  const part = (lagMs: number | null, seconds: number): PartHealth => ({
    loopLagP99Ms: lagMs,
    loopLagMaxMs: lagMs,
    scheduleLagP99Ms: lagMs && 2 * lagMs,
    cpuMs: 10,
    gcPauses: {count: 2, totalMs: 3, maxMs: seconds},
    seconds: {
      sent: Array.from({length: seconds}, () => 5),
      ended: Array.from({length: seconds}, () => 4),
      heldMean: Array.from({length: seconds}, () => 1.5),
      loopLagMaxMs: Array.from({length: seconds}, () => lagMs),
      gcPauseMs: Array.from({length: seconds}, () => 1),
      scheduleLagMaxMs: Array.from({length: seconds}, () => seconds),
      connectionsRefused: Array.from({length: seconds}, () => 1),
    },
  });
  expect(joinHealth([part(null, 1), part(7, 2)])).toEqual({
    loopLagP99Ms: 7,
    loopLagMaxMs: 7,
    scheduleLagP99Ms: 14,
    cpuMs: 20,
    gcPauses: {count: 4, totalMs: 6, maxMs: 2},
    seconds: {
      sent: [10, 5],
      ended: [8, 4],
      heldMean: [3, 1.5],
      loopLagMaxMs: [7, 7],
      gcPauseMs: [2, 1],
      scheduleLagMaxMs: [2, 2],
      connectionsRefused: [2, 1],
    },
  });
});
