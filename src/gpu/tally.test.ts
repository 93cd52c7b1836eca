import fc from 'fast-check';
import {expect, test} from 'vitest';
import {medianOf, Tally} from './tally.ts';

const tallyOf = (values: readonly number[]) => {
  const tally = new Tally<number>();
  for (const value of values) tally.add(value);
  return tally;
};

test('the median of 345, 1830, 1830 and 1980 is 1830, and of 345 and 1830 their mean', () => {
  expect(medianOf(tallyOf([1980, 1830, 345, 1830]))).toBe(1830);
  expect(medianOf(tallyOf([1830, 345]))).toBe(1087.5);
});

test('nothing has no median', () => {
  expect(medianOf(tallyOf([]))).toBeNull();
});

test('the median is that of the sorted list, in any order and however often a value comes', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({min: 0, max: 20}), {minLength: 1}), values => {
      const sorted = values.toSorted((a, b) => a - b);
      const [low = 0, high = 0] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
      expect(medianOf(tallyOf(values))).toBe((low + high) / 2);
      expect(tallyOf(values).total).toBe(values.length);
    }),
  );
});
