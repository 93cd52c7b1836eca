import {expect, test} from 'vitest';
import {fixtureText} from '../test-fixture.ts';
import {orderBounds} from './order-bounds.ts';

interface Ranks {
  readonly n: number;
  readonly quantile: number;
  readonly confidence: number;
  readonly low: number | null;
  readonly high: number | null;
}
const {cases}: {readonly cases: readonly Ranks[]} = JSON.parse(fixtureText('statistics/order-bounds.json'));

/** Values that are their own ranks, from 1. */
const ranksUpTo = (n: number) => Float64Array.from({length: n}, (_, rank) => rank + 1);

test.each(cases)(
  '$n values and the $quantile quantile at $confidence: the ranks that SciPy gives',
  ({n, quantile, confidence, low, high}) => {
    expect(orderBounds(ranksUpTo(n), {quantile, confidence})).toEqual({low, high});
  },
);

test('the P99 has an upper bound from 662 values on: the second-largest', () => {
  const certified = (n: number) => orderBounds(ranksUpTo(n), {quantile: 0.99, confidence: 0.99}).high;
  expect([certified(661), certified(662)]).toEqual([null, 661]);
});

test('the median of six: no bound at 0.95 that is not an extreme', () => {
  // Of six, all are above the median with a chance of 1/64, and at most one is below it with 7/64.
  expect(orderBounds(ranksUpTo(6), {quantile: 0.5, confidence: 0.95})).toEqual({low: null, high: null});
  expect(orderBounds(ranksUpTo(6), {quantile: 0.5, confidence: 0.89})).toEqual({low: 2, high: 5});
  expect(orderBounds([], {quantile: 0.5, confidence: 0.95})).toEqual({low: null, high: null});
});
