import {expect, test} from 'vitest';
import {machineNow} from './clock.ts';
import {type LoadProgress, ProgressReport} from './progress.ts';
import {SharedCounts} from './shared-counts.ts';

const toldOf = (shared: SharedCounts, load: ConstructorParameters<typeof ProgressReport>[0]['load']) => {
  const told: LoadProgress[] = [];
  new ProgressReport({shared, load, onProgress: progress => told.push(progress)})[Symbol.dispose]();
  return told;
};

test('the end is told, with what was counted and how fast', () => {
  const shared = new SharedCounts();
  const beforeMs = machineNow();
  shared.begin(beforeMs - 500);
  shared.begin(beforeMs); // whoever comes later changes nothing
  shared.measure.add('sent', 4);
  shared.measure.add('ended', 3);
  shared.noteTtft(50);
  shared.noteTtft(30);
  const [told] = toldOf(shared, {warmup: 2, requests: 8, durationSeconds: null});
  const afterMs = machineNow();
  expect(told).toEqual({
    phase: 'measure',
    sent: 4,
    ended: 3,
    failed: 0,
    inFlight: 1,
    elapsedMs: expect.any(Number),
    totalRequests: 8,
    totalMs: null,
    requestsPerSecond: expect.any(Number),
    ttftP50Ms: 40,
    ttftP99Ms: 49.8,
  });
  expect(told?.elapsedMs).toBeGreaterThanOrEqual(499.99);
  expect(told?.elapsedMs).toBeLessThanOrEqual(500.01 + afterMs - beforeMs);
  expect(told?.requestsPerSecond).toBeCloseTo(3000 / (told?.elapsedMs ?? 0), 9);
});

test('before the measurement has begun it is the warm-up that is told of', () => {
  const shared = new SharedCounts();
  shared.warmup.add('sent', 1);
  shared.measure.add('sent', 5);
  expect(toldOf(shared, {warmup: 2, requests: null, durationSeconds: 0.1})).toMatchObject([
    {phase: 'warmup', sent: 1, totalRequests: 2, totalMs: null},
  ]);
});

test('what is not known yet is null', () => {
  const shared = new SharedCounts();
  shared.begin(machineNow());
  expect(toldOf(shared, {warmup: 0, requests: null, durationSeconds: 0.1})).toMatchObject([
    {sent: 0, totalRequests: null, totalMs: 100, requestsPerSecond: null, ttftP50Ms: null, ttftP99Ms: null},
  ]);
});

test('only the last 500 TTFTs are looked back on', () => {
  const shared = new SharedCounts();
  for (let ttftMs = 0; ttftMs < 1200; ttftMs += 1) shared.noteTtft(ttftMs);
  expect([...shared.lastTtftsMs].toSorted((a, b) => a - b)).toEqual(Array.from({length: 500}, (_, n) => 700 + n));
});
