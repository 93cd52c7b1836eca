import {expect, test} from 'vitest';
import {judgeSoak} from './soak-page.ts';
import type {SoakOutcome} from './soak-run.ts';

const held = {
  rssMiB: 100,
  heapMiB: 40,
  outsideHeapMiB: 60,
  externalMiB: 5,
  descriptors: 30,
  sockets: 2,
  timers: 1,
  cpuMs: 0,
};
const outcome = (heapMiB: (second: number) => number, changes: Partial<SoakOutcome> = {}): SoakOutcome => ({
  counts: {sent: 10, served: 10, refused: 0, failed: new Map()},
  readings: Array.from({length: 600}, (_, index) => ({
    atSeconds: index + 1,
    held: {...held, heapMiB: heapMiB(index + 1)},
    collected: index % 10 === 9,
    sent: index,
  })),
  switches: 1,
  inFlight: 0,
  before: held,
  after: held,
  ended: null,
  ...changes,
});

test('what grows for a while at first and then stays is flat', () => {
  expect(judgeSoak(outcome(second => 100 + Math.min(second, 170))).complaints).toEqual([]);
});

test('a mebibyte in ten seconds is 360 an hour, and grows', () => {
  expect(judgeSoak(outcome(second => 100 + second / 10)).complaints).toEqual([
    'heap in use, MiB: may grow by 360.0 an hour, more than 30',
  ]);
});

test('too short a time has no trend, and failures count whatever memory does', () => {
  const counts = {sent: 2, served: 1, refused: 0, failed: new Map([['/chat: 502', 1]])};
  expect(judgeSoak(outcome(() => 1, {counts, inFlight: 1, readings: []}))).toEqual({
    trends: [],
    complaints: ['1 requests failed: /chat: 502', '1 requests are in flight although all have ended'],
  });
});
