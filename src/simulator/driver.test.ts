import {expect, test} from 'vitest';
import {type Clockwork, drive, monotonicMs, realClockwork} from './driver.ts';
import type {Stepper} from './stepper.ts';

/** A clock that moves only when its alarm rings, `lateMs` after it was due. */
const setUp = (lateMs: () => number) => {
  let nowMs = 0;
  let alarm: {atMs: number; ring: () => void} | undefined;
  const clockwork: Clockwork = {
    nowMs: () => nowMs,
    setAlarm: (atMs, ring) => {
      alarm = {atMs, ring};
    },
    clearAlarm: () => {
      alarm = undefined;
    },
  };
  const ringAll = () => {
    while (alarm !== undefined) {
      const {atMs, ring} = alarm;
      alarm = undefined;
      nowMs = Math.max(nowMs, atMs) + lateMs();
      ring();
    }
  };
  return {clockwork, ringAll, wait: (ms: number) => (nowMs += ms)};
};

/** Steps of 10 ms, `count` of them from `readyAtMs` on; keeps when each began. */
const steps = (count: number, readyAtMs: number) => {
  const begins: number[] = [];
  let left = count;
  let stepping = false;
  const stepper: Stepper<string> = {
    readyAtMs: () => (left === 0 ? null : begins.length === 0 ? readyAtMs : -Infinity),
    begin(nowMs) {
      expect(stepping).toBe(false);
      stepping = true;
      left--;
      begins.push(nowMs);
      return 10;
    },
    end() {
      expect(stepping).toBe(true);
      stepping = false;
      return [`step ${begins.length}`];
    },
  };
  return {stepper, begins, add: () => left++};
};

test('steps follow each other at their due times, however late the timers ring', () => {
  const {clockwork, ringAll} = setUp(() => 3);
  const {stepper, begins} = steps(4, 7);
  const delivered: string[] = [];
  drive(stepper, clockwork, event => delivered.push(`${event} at ${clockwork.nowMs()}`)).wake();
  ringAll();
  expect(begins).toEqual([7, 17, 27, 37]);
  expect(delivered).toEqual(['step 1 at 20', 'step 2 at 30', 'step 3 at 40', 'step 4 at 50']);
});

test('a driver that was held up catches up, step by step', () => {
  let late = 45;
  const {clockwork, ringAll} = setUp(() => {
    const now = late;
    late = 0;
    return now;
  });
  const {stepper, begins} = steps(6, 0);
  drive(stepper, clockwork, () => {}).wake();
  ringAll();
  expect(begins).toEqual([0, 10, 20, 30, 40, 50]);
  expect(clockwork.nowMs()).toBe(60);
});

test('an alarm that rings early ends no step', () => {
  const {clockwork, ringAll} = setUp(() => 0);
  const rings: number[] = [];
  const early: Clockwork = {
    ...clockwork,
    setAlarm: (atMs, ring) => clockwork.setAlarm(rings.push(atMs) === 2 ? atMs - 4 : atMs, ring),
  };
  const {stepper, begins} = steps(2, 0);
  drive(stepper, early, () => {}).wake();
  ringAll();
  expect(begins).toEqual([0, 10]);
  expect(rings).toEqual([10, 20, 20]);
});

test('after a pause the next step begins when there is work, not where the last one ended', () => {
  const {clockwork, ringAll, wait} = setUp(() => 0);
  const begins: number[] = [];
  let readyAtMs: number | null = 0;
  const stepper: Stepper<never> = {
    readyAtMs: () => readyAtMs,
    begin: nowMs => {
      begins.push(nowMs);
      readyAtMs = null;
      return 10;
    },
    end: () => [],
  };
  const driver = drive(stepper, clockwork, () => {});
  driver.wake();
  ringAll();
  wait(490);
  readyAtMs = 503;
  driver.wake();
  driver.wake();
  ringAll();
  expect(begins).toEqual([0, 503]);
});

test('work that comes during a step waits for its end', () => {
  const {clockwork, ringAll} = setUp(() => 0);
  const {stepper, begins, add} = steps(1, 0);
  const driver = drive(stepper, clockwork, () => {});
  driver.wake();
  add();
  driver.wake();
  expect(begins).toEqual([0]);
  ringAll();
  expect(begins).toEqual([0, 10]);
});

test('a stopped driver does nothing more', () => {
  const {clockwork, ringAll} = setUp(() => 0);
  const {stepper} = steps(3, 0);
  const delivered: string[] = [];
  const driver = drive(stepper, clockwork, event => delivered.push(event));
  driver.wake();
  driver.stop();
  ringAll();
  expect(delivered).toEqual([]);
});

test('the real clockwork rings for the time that was set last, also one that has passed, and can be told not to', async () => {
  const clockwork = realClockwork();
  const rang = await new Promise<string>(resolve => {
    clockwork.setAlarm(monotonicMs() + 1, () => resolve('first'));
    clockwork.setAlarm(monotonicMs() + 2, () => resolve('second'));
  });
  expect(rang).toBe('second');
  const order: string[] = [];
  await new Promise<void>(resolve => {
    clockwork.setAlarm(0, () => {
      order.push('late');
      clockwork.setAlarm(0, () => order.push('told not to'));
      clockwork.clearAlarm();
      setImmediate(() => setImmediate(resolve));
    });
  });
  expect(order).toEqual(['late']);
});
