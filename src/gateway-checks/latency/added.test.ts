import {expect, test} from 'vitest';
import {addedAt, boundsOfMean} from './added.ts';

test('what is added is the difference within each pair, however much the machine changes from pair to pair', () => {
  const pairs = [1, 100, 10_000].map(base => ({
    straight: Float64Array.from([base + 2, base, base + 1]),
    through: Float64Array.from([base + 1.5, base + 2.5, base + 0.5]),
  }));
  const {added, straight, through} = addedAt(0.5, pairs);
  expect([straight, through]).toEqual([101, 101.5]);
  expect(added).toEqual({mean: 0.5, lower: 0.5, upper: 0.5});
});

test("the bounds are Student's", () => {
  // Mean 2, deviation 1, t(0.975, 2) = 4.3027: 4.3027 / √3 = 2.4841.
  const {mean, lower, upper} = boundsOfMean([1, 2, 3]);
  expect([mean, lower, upper]).toEqual([2, expect.closeTo(-0.4841, 4), expect.closeTo(4.4841, 4)]);
  expect(() => boundsOfMean([1])).toThrow(RangeError);
});
