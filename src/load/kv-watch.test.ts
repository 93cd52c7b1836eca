import {expect, test} from 'vitest';
import {KvWatch} from './kv-watch.ts';
import type {LoadProgress} from './progress.ts';

const at = (elapsedMs: number, changes: Partial<LoadProgress> = {}): LoadProgress => ({
  phase: 'measure',
  sent: 10,
  ended: 0,
  failed: 0,
  inFlight: 10,
  elapsedMs,
  totalRequests: null,
  totalMs: null,
  requestsPerSecond: null,
  ttftP50Ms: null,
  ttftP99Ms: null,
  ...changes,
});

/** The times at which the gauge was read, when progress is told four times a second. */
const readAt = async (untilMs: number, changes: (elapsedMs: number) => Partial<LoadProgress>): Promise<number[]> => {
  const times: number[] = [];
  let nowMs = 0;
  const watch = new KvWatch(null, async () => {
    times.push(nowMs);
    return 0.5;
  });
  for (nowMs = 0; nowMs <= untilMs; nowMs += 250) {
    watch.onProgress(at(nowMs, changes(nowMs)));
    await watch.end();
  }
  return times;
};

test('a trial is looked at every second eight times, then every 5 s', async () => {
  expect(await readAt(21_000, () => ({totalMs: 60_000}))).toEqual([
    ...[1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000],
    ...[13_000, 18_000],
  ]);
});

test('one of less than two seconds once, when half of its time is over or half of its requests have ended', async () => {
  expect(await readAt(1500, () => ({totalMs: 1500}))).toEqual([750]);
  expect(await readAt(1500, ms => ({totalRequests: 6, ended: ms / 250}))).toEqual([750]);
});

test('neither the warm-up nor an idle server is looked at', async () => {
  expect(await readAt(6000, () => ({phase: 'warmup'}))).toEqual([]);
  expect(await readAt(6000, () => ({inFlight: 0}))).toEqual([]);
});

test('the most that was seen counts, in tokens where the pool has a size', async () => {
  const shares = [0.2, 0.725, 0.4];
  const use = async (kvTokens: number | null) => {
    const left = [...shares];
    const watch = new KvWatch(kvTokens, async () => left.shift() ?? null);
    for (const ms of [5000, 10_000, 15_000, 20_000]) {
      watch.onProgress(at(ms));
      await watch.end();
    }
    return watch.end();
  };
  expect(await use(4096)).toEqual({maxShare: 0.725, maxTokens: 2970, readings: 3}); // 2969.6
  expect(await use(null)).toEqual({maxShare: 0.725, maxTokens: null, readings: 3});
});

test('a server that does not tell is null, and never 0', async () => {
  const watch = new KvWatch(4096, async () => null);
  watch.onProgress(at(5000));
  expect(await watch.end()).toBeNull();
});

test('a look that takes long is not joined by another', async () => {
  const {promise, resolve} = Promise.withResolvers<number>();
  let looks = 0;
  const watch = new KvWatch(null, () => {
    looks += 1;
    return promise;
  });
  watch.onProgress(at(5000));
  watch.onProgress(at(10_000));
  resolve(0.1);
  expect(await watch.end()).toMatchObject({readings: 1});
  expect(looks).toBe(1);
});
