import {expect, test} from 'vitest';
import {trialClock} from './clock.ts';
import {waitUntil} from './wait-until.ts';

const never = new AbortController().signal;

test.each([0, 0.4, 3, 12.7])('a wait of %d ms does not end early', async dueMs => {
  const clock = trialClock();
  await waitUntil(clock, dueMs, never);
  expect(clock.now()).toBeGreaterThanOrEqual(dueMs);
});

test('a wait without spinning does not end early either', async () => {
  const clock = trialClock();
  await waitUntil(clock, 4.9, never, 0);
  expect(clock.now()).toBeGreaterThanOrEqual(4.9);
});

test('a process that does not run for a while between two looks at the clock sets no timer to less than nothing', async () => {
  const warnings: string[] = [];
  const hear = ({name}: Error) => warnings.push(name);
  process.on('warning', hear);
  const looks = [0, 7.2]; // 1 ms early is early enough here, and it has been 6 ms since
  await waitUntil({now: () => looks.shift() ?? 8}, 0.5, never, -1);
  await new Promise(setImmediate); // a warning is told on the next turn
  process.off('warning', hear);
  expect(warnings).toEqual([]);
});

test('what is overdue is not waited for', async () => {
  await waitUntil({now: () => 5}, 4, never);
});

test('an abort ends a wait, before and while it lasts', async () => {
  const stopped = new AbortController();
  const wait = waitUntil({now: () => 0}, 1e9, stopped.signal);
  const spinning = waitUntil({now: () => 0}, 1, stopped.signal);
  stopped.abort();
  await Promise.all([wait, spinning, waitUntil({now: () => 0}, 1e9, stopped.signal)]);
});

test('nobody looks at the clock after a wait has ended', async () => {
  const stopped = new AbortController();
  let looks = 0;
  const clock = {
    now: () => {
      looks += 1;
      return 0;
    },
  };
  const wait = waitUntil(clock, 1, stopped.signal);
  while (looks < 10) await new Promise(setImmediate); // it spins
  stopped.abort();
  await wait;
  const looksAtEnd = looks;
  for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
  expect(looks).toBe(looksAtEnd);
});
