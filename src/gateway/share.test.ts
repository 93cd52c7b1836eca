import fc from 'fast-check';
import {expect, test} from 'vitest';
import {exactShare} from './share.ts';

const taken = (share: number, n: number) => {
  const take = exactShare(share);
  return Array.from({length: n}, (_, index) => (take() ? index + 1 : null)).filter(place => place !== null);
};

test('of 1,000 at 1 % ten are taken, the hundredth of each hundred', () => {
  expect(taken(0.01, 1000)).toEqual([100, 200, 300, 400, 500, 600, 700, 800, 900, 1000]);
});

test('a share that no binary number is exactly takes as many as it says: 29 of each hundred, 3 of ten', () => {
  expect(taken(0.29, 10_000)).toHaveLength(2900);
  expect(taken(0.3, 10)).toEqual([4, 7, 10]);
});

test('nothing of 0, and all of 1', () => {
  expect(taken(0, 100)).toEqual([]);
  expect(taken(1, 3)).toEqual([1, 2, 3]);
});

test('after each request the number taken is the whole part of what the share comes to', () => {
  fc.assert(
    fc.property(fc.integer({min: 0, max: 1e9}), fc.integer({min: 1, max: 3000}), (billionths, n) => {
      const take = exactShare(billionths / 1e9);
      let count = 0;
      for (let asked = 1; asked <= n; asked += 1) {
        if (take()) count += 1;
        if (BigInt(count) !== (BigInt(asked) * BigInt(billionths)) / 1_000_000_000n) return false;
      }
      return true;
    }),
    {numRuns: 200},
  );
});
