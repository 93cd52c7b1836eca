import fc from 'fast-check';
import {expect, test} from 'vitest';
import {leastSquares} from './least-squares.ts';

test('the line through (0,1), (1,3), (2,5) is 1 + 2x', () => {
  const [intercept, slope] = leastSquares(
    [
      [1, 0],
      [1, 1],
      [1, 2],
    ],
    [1, 3, 5],
  );
  expect(intercept).toBeCloseTo(1, 12);
  expect(slope).toBeCloseTo(2, 12);
});

test('the best line through (0,0), (1,0), (2,3) is -0.5 + 1.5x', () => {
  const [intercept, slope] = leastSquares(
    [
      [1, 0],
      [1, 1],
      [1, 2],
    ],
    [0, 0, 3],
  );
  expect(intercept).toBeCloseTo(-0.5, 12);
  expect(slope).toBeCloseTo(1.5, 12);
});

test('regressors that say the same thing twice are refused', () => {
  expect(() =>
    leastSquares(
      [
        [1, 1],
        [2, 2],
      ],
      [1, 2],
    ),
  ).toThrow(RangeError);
});

test('three planted coefficients are found again', () => {
  const coefficient = fc.integer({min: -50, max: 50});
  fc.assert(
    fc.property(coefficient, coefficient, coefficient, (a, b, c) => {
      const rows = [
        [1, 1, 2],
        [1, 8, 3],
        [1, 32, 1],
        [1, 64, 9],
        [1, 5, 7],
      ];
      const found = leastSquares(
        rows,
        rows.map(([x = 0, y = 0, z = 0]) => a * x + b * y + c * z),
      );
      for (const [index, planted] of [a, b, c].entries()) expect(found[index]).toBeCloseTo(planted, 6);
    }),
  );
});
