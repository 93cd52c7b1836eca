import {once} from 'node:events';
import {Worker} from 'node:worker_threads';
import {afterEach, expect, test, vi} from 'vitest';
import {machineNow, toMicrosecond, trialClock} from './clock.ts';

afterEach(() => {
  vi.useRealTimers();
});

test('the trial clock runs from its start on, whenever it is told of it', () => {
  const clock = trialClock();
  const startMs = machineNow();
  expect(clock.now()).toBeGreaterThanOrEqual(0);
  clock.startAt(startMs - 1000);
  const since = clock.now();
  const atMost = machineNow() - startMs + 1000;
  expect(since).toBeGreaterThanOrEqual(1000);
  expect(since).toBeLessThanOrEqual(atMost + 0.001);
});

test("two threads read the same time from the machine's clock", async () => {
  const read = "import {machineNow} from './src/load/clock.ts'; import {parentPort} from 'node:worker_threads';";
  const worker = new Worker(`${read} parentPort.on('message', () => parentPort.postMessage(machineNow()));`, {
    eval: true,
    execArgv: ['--input-type=module'],
  });
  try {
    const ask = async () => {
      worker.postMessage('');
      const [there]: unknown[] = await once(worker, 'message');
      return Number(there);
    };
    await ask(); // its start is over
    const before = machineNow();
    const there = await ask();
    const after = machineNow();
    // Both offsets were read to a few microseconds.
    expect(there).toBeGreaterThan(before - 0.05);
    expect(there).toBeLessThan(after + 0.05);
  } finally {
    await worker.terminate();
  }
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
