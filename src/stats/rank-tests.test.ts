import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {fixtureText} from '../test-fixture.ts';
import {hodgesLehmann} from './hodges-lehmann.ts';
import {mannWhitney} from './mann-whitney.ts';

interface TwoSamples {
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly u: number;
  readonly p: number;
  readonly shift: number;
}
const {cases}: {readonly cases: readonly TwoSamples[]} = JSON.parse(fixtureText('statistics/mann-whitney.json'));

// Hollander and Wolfe (1973), p. 69: permeability of human placentas at term and at 12 to 26 weeks; R's ?wilcox.test.
const atTerm = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
const early = [1.15, 0.88, 0.9, 0.74, 1.21];

describe('Mann and Whitney', () => {
  test.each(cases.map((samples, at) => ({...samples, at})))(
    'case $at has the U and p of SciPy',
    ({before, after, u, p}) => {
      const found = mannWhitney(before, after);
      expect(found?.u).toBe(u);
      expect(found?.p).toBeCloseTo(p, 10);
    },
  );

  test('the example of Hollander and Wolfe: U = 35; p, two-sided, is twice the 0.1272 in print', () => {
    const found = mannWhitney(early, atTerm);
    expect(found?.u).toBe(35);
    expect(found?.p).toBeCloseTo(0.2544, 4);
  });

  test('six against six that do not overlap: 2 of 924 orders are as extreme', () => {
    expect(mannWhitney([1, 2, 3, 4, 5, 6], [7, 8, 9, 10, 11, 12])).toEqual({u: 36, p: 2 / 924});
  });

  test('says nothing where all are equal, and there is nothing to say of no values', () => {
    expect(mannWhitney([1, 1], [1, 1, 1])).toEqual({u: 3, p: 1});
    expect(mannWhitney([], [1])).toBeNull();
    expect(mannWhitney([1], [])).toBeNull();
  });

  test('which sample comes first does not matter to p, nor does the unit', () => {
    const values = fc.array(fc.integer({min: 0, max: 40}), {minLength: 1, maxLength: 12});
    fc.assert(
      fc.property(values, values, (before, after) => {
        const [there, back] = [mannWhitney(before, after), mannWhitney(after, before)];
        expect(back?.p).toBeCloseTo(there?.p ?? 2, 12);
        expect((there?.u ?? 0) + (back?.u ?? 0)).toBe(before.length * after.length);
        const doubled = mannWhitney(
          before.map(value => value * 2),
          after.map(value => value * 2),
        );
        expect(doubled).toEqual(there);
      }),
    );
  });
});

describe('Hodges and Lehmann', () => {
  test.each(cases.map((samples, at) => ({...samples, at})))(
    'case $at has the median difference of NumPy',
    ({before, after, shift}) => {
      expect(hodgesLehmann(before, after)).toBeCloseTo(shift, 12);
    },
  );

  test('the example of Hollander and Wolfe: 0.305', () => {
    expect(hodgesLehmann(early, atTerm)).toBeCloseTo(0.305, 12);
  });

  test('needs values on both sides', () => {
    expect(hodgesLehmann([], [1])).toBeNull();
    expect(hodgesLehmann([1], [])).toBeNull();
  });
});
