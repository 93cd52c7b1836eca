import fc from 'fast-check';
import {expect, test} from 'vitest';
import {chanceOfAtLeast, chanceOfAtMost} from './binomial.ts';

test.each([
  [1, 1, 0.01, 0.01],
  [2, 2, 0.5, 0.25],
  [1, 3, 0.5, 0.875],
  [3, 3, 0.01, 1e-6],
  [0, 10, 0.3, 1],
  [11, 10, 0.3, 0],
  [1, 5, 0, 0],
  [5, 5, 1, 1],
])('at least %d of %d at %d has the chance %d', (k, n, share, chance) => {
  expect(chanceOfAtLeast(k, n, share)).toBeCloseTo(chance, 12);
});

test('with no failure, 299 requests show that less than 1 % fail (at 0.05), and 298 do not', () => {
  expect(chanceOfAtMost(0, 299, 0.01)).toBeLessThan(0.05);
  expect(chanceOfAtMost(0, 298, 0.01)).toBeGreaterThan(0.05);
});

test('both tails make up the whole, also of many', () => {
  const counts = fc.integer({min: 1, max: 5000}).chain(n => fc.tuple(fc.integer({min: 0, max: n}), fc.constant(n)));
  fc.assert(
    fc.property(counts, fc.double({min: 0.001, max: 0.999, noNaN: true}), ([k, n], share) => {
      expect(chanceOfAtLeast(k, n, share) + chanceOfAtMost(k - 1, n, share)).toBeCloseTo(1, 9);
    }),
  );
});
