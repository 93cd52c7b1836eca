import {afterEach, expect, test, vi} from 'vitest';
import {toMicrosecond, trialClock} from './clock.ts';

afterEach(() => {
  vi.useRealTimers();
});

test('the trial clock runs from its restart on', () => {
  const clock = trialClock();
  const before = clock.now();
  clock.restart();
  const after = clock.now();
  expect(before).toBeGreaterThanOrEqual(0);
  expect(after).toBeGreaterThanOrEqual(0);
  expect(clock.now()).toBeGreaterThanOrEqual(after);
});

test('setting the wall clock does not move it', () => {
  const clock = trialClock();
  const first = clock.now();
  vi.setSystemTime(new Date('1999-12-31'));
  const second = clock.now();
  vi.setSystemTime(new Date('2099-12-31'));
  const third = clock.now();
  expect([first, second, third]).toEqual([first, second, third].toSorted((a, b) => a - b));
  expect(third - first).toBeLessThan(60_000); // a century would be 3e12
});

test('what it shows is in whole microseconds, as samples are written', () => {
  const clock = trialClock();
  for (let reading = 0; reading < 100; reading += 1) {
    const nowMs = clock.now();
    expect(toMicrosecond(nowMs)).toBe(nowMs);
    expect(String(nowMs)).toMatch(/^\d+(\.\d{1,3})?$/);
  }
});
