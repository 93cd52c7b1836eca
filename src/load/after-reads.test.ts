import {performance} from 'node:perf_hooks';
import {expect, test} from 'vitest';
import {afterReads} from './after-reads.ts';

const done = () => new Promise<void>(resolve => afterReads(resolve));
const loopTurns = () => performance.nodeTiming.uvMetricsInfo.loopCount;

test('jobs are done in their order, and none at once', async () => {
  const seen: number[] = [];
  for (let job = 0; job < 5; job += 1) afterReads(() => seen.push(job));
  expect(seen).toEqual([]);
  await done();
  expect(seen).toEqual([0, 1, 2, 3, 4]);
});

test('every job has a turn of the event loop to itself', async () => {
  const turns: number[] = [];
  for (let job = 0; job < 5; job += 1) afterReads(() => turns.push(loopTurns()));
  await done();
  expect(turns).toHaveLength(5);
  expect(new Set(turns).size).toBe(5);
});

test('what a job leads to at once comes before the next job', async () => {
  const seen: string[] = [];
  afterReads(() => {
    seen.push('first');
    Promise.resolve().then(() => seen.push('what it led to'));
  });
  afterReads(() => seen.push('second'));
  await done();
  expect(seen).toEqual(['first', 'what it led to', 'second']);
});

test('a job may add another', async () => {
  const seen: string[] = [];
  afterReads(() => afterReads(() => seen.push('added')));
  await done();
  await done();
  expect(seen).toEqual(['added']);
});
