import fc from 'fast-check';
import {expect, test} from 'vitest';
import {percentile} from './percentile.ts';
import {selectPercentile} from './select.ts';

const share = fc.double({min: 0, max: 1, noNaN: true});

test('is the percentile of the sorted values, whatever was asked before', () => {
  const values = fc.array(fc.integer({min: -20, max: 20}), {minLength: 1, maxLength: 200});
  fc.assert(
    fc.property(values, fc.array(share, {minLength: 1, maxLength: 5}), (integers, shares) => {
      const room = Float64Array.from(integers);
      const sorted = Float64Array.from(integers).sort();
      for (const q of [...shares, 0, 1]) expect(selectPercentile(room, q)).toBe(percentile(sorted, q));
      expect(room.sort()).toEqual(sorted);
    }),
  );
});

test('the P99 of 1..100 is 99.01', () => {
  expect(
    selectPercentile(
      Float64Array.from({length: 100}, (_, at) => 100 - at),
      0.99,
    ),
  ).toBeCloseTo(99.01, 12);
});
