import fc from 'fast-check';
import {expect, test} from 'vitest';
import {fixtureText} from '../test-fixture.ts';
import {blockLength} from './block-length.ts';

interface Series {
  readonly values: readonly number[];
  readonly length: number;
}
const {cases}: {readonly cases: readonly Series[]} = JSON.parse(fixtureText('statistics/block-length.json'));

test.each(cases.map((series, at) => ({...series, at})))(
  'series $at asks for the length that arch gives, rounded up',
  ({values, length}) => {
    // 1e-9: waves that sum to nearly nothing ask for the longest, whose bound is whole.
    expect(blockLength(Float64Array.from(values))).toBe(Math.max(1, Math.ceil(length - 1e-9)));
  },
);

test('values that are all equal, or too few to have neighbours, are drawn one by one', () => {
  for (const values of [[], [3], [3, 4], [5, 5, 5, 5, 5, 5]]) expect(blockLength(Float64Array.from(values))).toBe(1);
});

test('no run is longer than a third of the series, nor than three times its root', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({min: 0, max: 9}), {minLength: 1, maxLength: 150}), values => {
      const length = blockLength(Float64Array.from(values));
      expect(Number.isInteger(length)).toBe(true);
      expect(length).toBeGreaterThanOrEqual(1);
      expect(length).toBeLessThanOrEqual(Math.ceil(Math.min(3 * Math.sqrt(values.length), values.length / 3)));
    }),
  );
});
