import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {TimerWheel} from './timer-wheel.ts';

const takeAll = (wheel: TimerWheel<{dueMs: number}>, nowMs: number) => {
  const taken: number[] = [];
  for (let item = wheel.takeDue(nowMs); item !== null; item = wheel.takeDue(nowMs)) taken.push(item.dueMs);
  return taken.sort((a, b) => a - b);
};

describe('the timer wheel', () => {
  test('gives out what is due and keeps what is not, in the same quarter of a millisecond too', () => {
    const wheel = new TimerWheel<{dueMs: number}>();
    for (const dueMs of [10.1, 10.2, 30]) wheel.add({dueMs});
    expect(takeAll(wheel, 10)).toEqual([]);
    expect(takeAll(wheel, 10.15)).toEqual([10.1]);
    expect(takeAll(wheel, 20)).toEqual([10.2]);
    expect(wheel.size).toBe(1);
  });

  test('gives out at once what was overdue when it was added', () => {
    const wheel = new TimerWheel<{dueMs: number}>();
    wheel.add({dueMs: 500});
    expect(takeAll(wheel, 400)).toEqual([]);
    wheel.add({dueMs: 300});
    expect(takeAll(wheel, 400)).toEqual([300]);
  });

  test('gives out everything once, never early, whatever is added and however far the clock jumps', () => {
    const steps = fc.array(fc.tuple(fc.double({min: 0, max: 3000, noNaN: true}), fc.nat({max: 700})), {maxLength: 60});
    fc.assert(
      fc.property(steps, plan => {
        const wheel = new TimerWheel<{dueMs: number}>();
        let waiting: number[] = [];
        let nowMs = 0;
        for (const [dueMs, jumpMs] of plan) {
          wheel.add({dueMs});
          waiting.push(dueMs);
          nowMs += jumpMs;
          expect(takeAll(wheel, nowMs)).toEqual(waiting.filter(due => due <= nowMs).sort((a, b) => a - b));
          waiting = waiting.filter(due => due > nowMs);
        }
        expect(wheel.size).toBe(waiting.length);
      }),
    );
  });
});
