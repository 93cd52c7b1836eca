import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {kendallTauB, topOverlap} from './rankings.ts';

describe('kendallTauB', () => {
  test('is 1 for one order and -1 for the opposite, whatever the scale', () => {
    expect(kendallTauB([1, 2, 3], [10, 200, 201])).toBe(1);
    expect(kendallTauB([1, 2, 3], [3, 2, 1])).toBe(-1);
  });

  test('is 1/3 where one pair of three stands the other way round: (2 - 1) / 3', () => {
    expect(kendallTauB([1, 2, 3], [1, 3, 2])).toBeCloseTo(1 / 3, 12);
  });

  // scipy.stats.kendalltau's own example in its documentation: -0.47140452079103173.
  test("is what scipy's documentation gives for its example with ties", () => {
    expect(kendallTauB([12, 2, 1, 12, 2], [1, 4, 7, 1, 0])).toBeCloseTo(-0.47140452079103173, 15);
  });

  // Pairs of a: 3 untied of 6 … (1,2),(1,2),(1,2): a = 1 2 2 2. Of b = 1 2 3 3: 5 untied. Agreement 3: 3 / sqrt(3 · 5).
  test('counts ties by hand: 3 / sqrt(15)', () => {
    expect(kendallTauB([1, 2, 2, 2], [1, 2, 3, 3])).toBeCloseTo(3 / Math.sqrt(15), 12);
  });

  test('has no value where one side has nothing but ties', () => {
    expect(kendallTauB([1, 1, 1], [1, 2, 3])).toBeNull();
    expect(kendallTauB([1], [1])).toBeNull();
  });

  const pairs = fc.array(fc.tuple(fc.integer({min: 0, max: 9}), fc.integer({min: 0, max: 9})), {maxLength: 20});
  test('is symmetric, within -1…1, and the same in any order of the items', () => {
    fc.assert(
      fc.property(pairs, items => {
        const [a, b] = [items.map(([left]) => left), items.map(([, right]) => right)];
        const tau = kendallTauB(a, b);
        expect(kendallTauB(b, a)).toBe(tau);
        expect(kendallTauB(a.toReversed(), b.toReversed())).toBe(tau);
        if (tau !== null) expect(Math.abs(tau)).toBeLessThanOrEqual(1 + 1e-12);
      }),
    );
  });
});

test('topOverlap is the share of the best that are among the best of the other', () => {
  expect(topOverlap([0.9, 0.8, 0.1, 0], [0.9, 0.1, 0.8, 0], 1)).toBe(1);
  expect(topOverlap([0.9, 0.8, 0.1, 0], [0.9, 0.1, 0.8, 0], 2)).toBe(0.5);
  expect(topOverlap([0.9, 0.8], [0.8, 0.9], 5)).toBe(1); // of two, all are among the best five
});
