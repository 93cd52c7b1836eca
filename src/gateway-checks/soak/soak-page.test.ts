import {expect, test} from 'vitest';
import {judgeSoak} from './soak-page.ts';
import type {SoakOutcome} from './soak-run.ts';

const held = {
  rssMiB: 100,
  heapMiB: 40,
  outsideHeapMiB: 60,
  externalMiB: 5,
  descriptors: 30,
  openSockets: 5,
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
    'heap in use, MiB: grows by 360.0 to 360.0 an hour, more than 30',
  ]);
});

test('what swings by more than the limit shows nothing either way: it neither passes nor fails', () => {
  const {complaints, open, trends} = judgeSoak(outcome(second => 30 + (((second / 10) * 7) % 13)));
  expect(complaints).toEqual([]);
  expect(open).toEqual([expect.stringMatching(/^heap in use, MiB: -[\d.]+ to [\d.]+ an hour, on both sides of 30$/)]);
  expect(trends[0]?.outcome).toBe('open');
});

test('connections come and go, files do not: a socket that is left over is one too many, whatever they were meanwhile', () => {
  const busy = outcome(() => 40);
  const readings = busy.readings.map((reading, index) => ({
    ...reading,
    held: {...held, descriptors: 30 + index, openSockets: 5 + index},
  }));
  expect(judgeSoak({...busy, readings})).toMatchObject({complaints: [], open: []});
  const files = busy.readings.map((reading, index) => ({...reading, held: {...held, descriptors: 30 + index}}));
  expect(judgeSoak({...busy, readings: files}).complaints).toEqual([
    'file descriptors besides sockets: grows by 3600.0 to 3600.0 an hour, more than 60',
  ]);
  const after = {...held, descriptors: 31, openSockets: 6};
  expect(judgeSoak({...busy, after}).complaints).toEqual(['1 more socket is open after the load than before it']);
});

test('too short a time has no trend, and failures count whatever memory does', () => {
  const counts = {sent: 2, served: 1, refused: 0, failed: new Map([['/chat: 502', 1]])};
  expect(judgeSoak(outcome(() => 1, {counts, inFlight: 1, readings: []}))).toEqual({
    trends: [],
    open: [],
    complaints: ['1 requests failed: /chat: 502', '1 requests are in flight although all have ended'],
  });
});
