import {expect, test} from 'vitest';
import {fixtureText} from '../test-fixture.ts';
import {nominalLevels, type Spending} from './alpha-spending.ts';

interface Plan {
  readonly spending: Spending;
  readonly alpha: number;
  readonly looks: readonly number[];
  readonly levels: readonly number[];
}
const {cases}: {readonly cases: readonly Plan[]} = JSON.parse(fixtureText('statistics/alpha-spending.json'));

test.each(cases)('$spending at $looks of $alpha has the levels of rpact', ({spending, alpha, looks, levels}) => {
  const found = nominalLevels(looks, alpha, spending);
  expect(found).toHaveLength(levels.length);
  for (const [look, level] of levels.entries()) {
    expect(found[look]).toBeCloseTo(level, 7);
    // R subtracts from 1: its smallest levels are rounded away.
    if (level > 1e-8) expect((found[look] ?? 0) / level).toBeCloseTo(1, 5);
  }
});

test('four equal looks have the nominal p-values in print: SeqBounds.jl, one-sided 0.05', () => {
  const levels = nominalLevels([0.25, 0.5, 0.75, 1], 0.05, 'obrienFleming');
  for (const [look, level] of [8.85754e-5, 0.00554366, 0.0218979, 0.0427037].entries())
    expect((levels[look] ?? 0) / level).toBeCloseTo(1, 3);
});

test('one look has all of alpha, and looks may be counted in any unit', () => {
  expect(nominalLevels([6], 0.05)[0]).toBeCloseTo(0.05, 10);
  expect(nominalLevels([6, 12], 0.05)).toEqual(nominalLevels([1, 2], 0.05));
});

test('looks that do not ascend are refused', () => {
  for (const looks of [
    [2, 2],
    [3, 2],
    [0, 1],
  ])
    expect(() => nominalLevels(looks, 0.05)).toThrow(RangeError);
});

test('many looks spend no more than alpha, and each less than all of it', () => {
  const levels = nominalLevels(
    Array.from({length: 30}, (_, look) => look + 1),
    0.05,
  );
  expect(levels.every(level => level > 0 && level < 0.05)).toBe(true);
});
