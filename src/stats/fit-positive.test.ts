import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {fitPositive} from './fit-positive.ts';

test('a product and a sum of two values tell both', () => {
  // 2 × 8 = 16, 2 + 8 = 10.
  const {values, residuals} = fitPositive([1, 20], ([a = 0, b = 0]) => [
    Math.log((a * b) / 16),
    Math.log((a + b) / 10),
  ]);
  expect(values[0]).toBeCloseTo(2, 3);
  expect(values[1]).toBeCloseTo(8, 3);
  for (const residual of residuals) expect(residual).toBeCloseTo(0, 3);
});

test('planted values of a step model are found again from any start within a factor of five', () => {
  const planted = fc.double({min: 0.5, max: 5, noNaN: true});
  const factor = fc.double({min: 0.2, max: 5, noNaN: true});
  fc.assert(
    fc.property(planted, planted, factor, factor, (base, perSequence, baseFactor, sequenceFactor) => {
      const stepMs = (b: number, s: number) => [1, 8, 32, 64].map(sequences => b + s * sequences);
      const measured = stepMs(base, perSequence);
      const {values} = fitPositive([base * baseFactor, perSequence * sequenceFactor], ([b = 0, s = 0]) =>
        stepMs(b, s).map((ms, index) => Math.log(ms / (measured[index] ?? 0))),
      );
      expect((values[0] ?? 0) / base).toBeCloseTo(1, 2);
      expect((values[1] ?? 0) / perSequence).toBeCloseTo(1, 2);
    }),
  );
});

test('the slopes say which residual moves with which value', () => {
  const {slopes} = fitPositive([3, 5], ([a = 0, b = 0]) => [Math.log(a / 3), 2 * Math.log(b / 5)]);
  expect(slopes.map(slope => slope.map(value => Number(value.toFixed(6))))).toEqual([
    [1, 0],
    [0, 2],
  ]);
});

describe('what cannot be told', () => {
  test('stays where it began', () => {
    const {values} = fitPositive([4, 7], ([a = 0]) => [Math.log(a / 2)]);
    expect(values[0]).toBeCloseTo(2, 3);
    expect(values[1]).toBe(7);
  });

  test('is not made worse: residuals that no value moves end the search', () => {
    expect(fitPositive([4], () => [1]).values[0]).toBe(4);
  });
});
