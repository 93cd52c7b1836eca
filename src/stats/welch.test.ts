import {describe, expect, test} from 'vitest';
import {normalQuantile} from './normal.ts';
import {randomStream} from './random-stream.ts';
import {theilSen} from './theil-sen.ts';
import {isEquivalent} from './tost.ts';
import {meanOfDifferences, welchDifference} from './welch.ts';

describe('Welch', () => {
  // Means 2 and 4, variances 1 and 4, errors 1/3 and 4/3: dof (5/3)² ÷ (1/18 + 16/18) = 50/17; SciPy's t at 0.05 is -2.37487.
  test('bounds the difference of two means of unequal spread', () => {
    const change = welchDifference([1, 2, 3], [2, 4, 6]);
    expect(change?.estimate).toBe(2);
    expect(change?.upper(0.05)).toBeCloseTo(2 - (change?.lower(0.05) ?? 0) + 2, 9);
    expect((2 - (change?.lower(0.05) ?? 0)) / Math.sqrt(5 / 3)).toBeCloseTo(2.3749, 1);
  });

  test('needs two values of each, and is exact without any spread', () => {
    expect(welchDifference([1], [1, 2])).toBeNull();
    expect(welchDifference([1, 1], [3, 3])?.upper(0.001)).toBe(2);
    expect(meanOfDifferences([1])).toBeNull();
  });

  test('TOST by it calls means that are a margin apart equivalent in at most alpha of cases', () => {
    const random = randomStream('tost', 1);
    const values = (mean: number, sd: number) =>
      Array.from({length: 8}, () => mean + sd * normalQuantile((random.next() + 0.5) * 2 ** -32));
    const wrong = Array.from({length: 1000}, () => welchDifference(values(0, 0.02), values(0.1, 0.05))).filter(
      change => change !== null && isEquivalent(change, {margin: 0.1, alpha: 0.05}),
    ).length;
    expect(wrong).toBeLessThan(75);
    expect(wrong).toBeGreaterThan(20);
  });
});

describe('Theil and Sen', () => {
  const xs = Array.from({length: 20}, (_, at) => at);

  test('find the slope of a line, whatever one reading says', () => {
    const slope = theilSen(
      xs,
      xs.map(x => (x === 7 ? 1000 : 3 * x + 5)),
    );
    expect(slope?.estimate).toBe(3);
    expect(slope?.lower(0.05)).toBe(3);
    expect(slope?.upper(0.05)).toBe(3);
  });

  test('show nothing with few points: the bounds are infinite', () => {
    const slope = theilSen([0, 1, 2], [0, 5, 9]);
    expect(slope?.estimate).toBe(4.5);
    expect(slope?.lower(0.001)).toBe(Number.NEGATIVE_INFINITY);
    expect(slope?.upper(0.001)).toBe(Number.POSITIVE_INFINITY);
    expect(theilSen([1], [1])).toBeNull();
  });

  test('miss the true slope of noise in at most alpha of cases on either side', () => {
    const random = randomStream('sen', 1);
    const slopes = Array.from({length: 1000}, () =>
      theilSen(
        xs,
        xs.map(() => random.uniform()),
      ),
    );
    expect(slopes.filter(slope => slope !== null && slope.lower(0.05) > 0).length).toBeLessThan(70);
    expect(slopes.filter(slope => slope !== null && slope.upper(0.05) < 0).length).toBeLessThan(70);
  });
});
