import fc from 'fast-check';
import {expect, test} from 'vitest';
import {requestShareOf, shareOf} from './share-of.ts';

const places = (of: number) => Array.from({length: of}, (_, index) => ({index, of}));
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

test('shares differ by one at most, and the first ones are the larger', () => {
  expect(places(3).map(place => shareOf(10, place))).toEqual([4, 3, 3]);
  expect(places(4).map(place => shareOf(2, place))).toEqual([1, 1, 0, 0]);
});

test('of conversations that are cut to a number of requests, the last one falls to whose turn it is', () => {
  // Sessions of 3: 0, 1, 2 and 3 are whole, 4 has its first two requests.
  expect(places(3).map(place => requestShareOf(14, 3, place))).toEqual([6, 5, 3]);
});

test('nothing is lost in sharing', () => {
  fc.assert(
    fc.property(fc.nat({max: 5000}), fc.integer({min: 1, max: 9}), fc.integer({min: 1, max: 40}), (count, each, of) => {
      expect(sum(places(of).map(place => shareOf(count, place)))).toBe(count);
      expect(sum(places(of).map(place => requestShareOf(count, each, place)))).toBe(count);
    }),
  );
});
