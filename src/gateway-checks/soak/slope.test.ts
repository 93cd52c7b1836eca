import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {theilSen} from './slope.ts';

const line = (count: number, value: (second: number) => number) =>
  Array.from({length: count}, (_, atSeconds) => ({atSeconds, value: value(atSeconds)}));

describe('the slope', () => {
  test('is that of a line, and a third of the readings may be anything', () => {
    const spiked = line(30, second => 5 + 2 * second).map((reading, index) =>
      index % 4 === 0 ? {...reading, value: 10_000} : reading,
    );
    expect(theilSen(line(30, second => 5 + 2 * second))).toEqual({estimate: 2, lower: 2, upper: 2});
    expect(theilSen(spiked).estimate).toBeCloseTo(2, 9);
  });

  test('of what only goes up and down has bounds on both sides of nothing', () => {
    const {lower, upper} = theilSen(line(60, second => Math.sin(second * 2.4)));
    expect(lower).toBeLessThan(0);
    expect(upper).toBeGreaterThan(0);
  });

  test('lies within its bounds, and follows what is added to each second', () => {
    const values = fc.array(fc.double({min: -100, max: 100, noNaN: true}), {minLength: 10, maxLength: 40});
    fc.assert(
      fc.property(values, fc.integer({min: -5, max: 5}), (drawn, tilt) => {
        const slope = theilSen(line(drawn.length, second => drawn[second] ?? 0));
        const tilted = theilSen(line(drawn.length, second => (drawn[second] ?? 0) + tilt * second));
        expect(slope.lower <= slope.estimate && slope.estimate <= slope.upper).toBe(true);
        expect(tilted.estimate).toBeCloseTo(slope.estimate + tilt, 6);
      }),
    );
  });

  test('needs ten readings', () => {
    expect(() => theilSen(line(9, () => 1))).toThrow(RangeError);
  });
});
