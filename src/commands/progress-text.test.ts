import {expect, test} from 'vitest';
import {progressText} from './progress-text.ts';

const progress = {
  phase: 'measure' as const,
  sent: 40,
  ended: 24,
  failed: 0,
  inFlight: 8,
  elapsedMs: 500,
  totalRequests: 48,
  totalMs: null,
  requestsPerSecond: 48,
  ttftP50Ms: 21.34,
  ttftP99Ms: 140.8,
};
const place = {suite: 'chat', trial: 1, trials: 4, elapsedMs: 1000};

test('half of the first of four trials in 1 s leaves 7 s', () => {
  expect(progressText(place, progress)).toBe(
    'chat · trial 1 of 4 · 24/48 · 48.0 req/s · TTFT p50 21.3 p99 141 ms · ETA 7 s',
  );
});

test('a load that is ready and waits for a start that was agreed on counts down to it', () => {
  const waiting = {...progress, phase: 'warmup' as const, startsInMs: 41_250};
  expect(progressText({...place, trial: 2}, waiting)).toBe('chat · trial 2 of 4 · starts in 42 s');
});

test('failures are shown as soon as there are any', () => {
  expect(progressText(place, {...progress, failed: 2})).toContain('24/48 · 2 failed ·');
});

test('a trial bounded by time counts its seconds', () => {
  const timed = {...progress, totalRequests: null, totalMs: 1000, ttftP50Ms: null, ttftP99Ms: null};
  expect(progressText({...place, trials: 1}, timed)).toBe('chat · trial 1 of 1 · 24 · 48.0 req/s · ETA 1 s');
});

test('a warm-up says that it is one and promises no end', () => {
  const warm = {
    ...progress,
    phase: 'warmup' as const,
    ended: 1,
    totalRequests: 4,
    requestsPerSecond: null,
    ttftP50Ms: null,
    ttftP99Ms: null,
  };
  expect(progressText(place, warm)).toBe('chat · trial 1 of 4 · warm-up · 1/4');
});

test('shards are counted while some are not ready, and as soon as one is done', () => {
  const of = (ready: number, done: number) => progressText(place, {...progress, shards: {of: 8, ready, done}});
  expect(of(5, 0)).toContain('trial 1 of 4 · 5 of 8 shards ready · 24/48');
  expect(of(8, 0)).toBe(progressText(place, progress));
  expect(of(8, 3)).toContain('trial 1 of 4 · 3 of 8 shards done · 24/48');
});
