import fc from 'fast-check';
import {expect, test} from 'vitest';
import {fixtureText} from '../test-fixture.ts';
import {holm} from './holm.ts';

interface Family {
  readonly ps: readonly number[];
  readonly adjusted: readonly number[];
}
const {cases}: {readonly cases: readonly Family[]} = JSON.parse(fixtureText('statistics/holm.json'));

test('is what statsmodels says', () => {
  for (const {ps, adjusted} of cases) {
    const found = holm(ps);
    expect(found).toHaveLength(ps.length);
    for (const [index, p] of adjusted.entries()) expect(found[index]).toBeCloseTo(p, 12);
  }
});

test('0.01, 0.04 and 0.03 count 3, 2 and 1 times, and never less than a smaller one', () => {
  const [first, second, third] = holm([0.01, 0.04, 0.03]);
  expect([first, second, third].map(p => p?.toFixed(3))).toEqual(['0.030', '0.060', '0.060']);
  expect(holm([])).toEqual([]);
});

test('none gets smaller or passes 1, and their order stays', () => {
  fc.assert(
    fc.property(fc.array(fc.double({min: 0, max: 1, noNaN: true}), {maxLength: 12}), ps => {
      const adjusted = holm(ps);
      for (const [index, p] of ps.entries()) {
        expect(adjusted[index]).toBeGreaterThanOrEqual(p);
        expect(adjusted[index]).toBeLessThanOrEqual(1);
        for (const [other, q] of ps.entries())
          if (p < q) expect(adjusted[index]).toBeLessThanOrEqual(adjusted[other] ?? 0);
      }
    }),
  );
});
