import {describe, expect, test} from 'vitest';
import {fixtureText} from '../test-fixture.ts';
import {normalCdf, normalQuantile} from './normal.ts';
import {studentTCdf, studentTQuantile} from './students-t.ts';

interface Distributions {
  readonly normalCdf: readonly [number, number][];
  readonly normalQuantile: readonly [number, number][];
  readonly studentTQuantile: readonly [number, number, number][];
  readonly studentTCdf: readonly [number, number, number][];
}
const scipy: Distributions = JSON.parse(fixtureText('statistics/distributions.json'));

/** The largest error, as a part of the true value. */
const worst = (pairs: readonly (readonly [found: number, truth: number])[]) =>
  Math.max(...pairs.map(([found, truth]) => (found === truth ? 0 : Math.abs(found - truth) / Math.abs(truth))));

describe('the normal distribution', () => {
  test('has the tails of SciPy', () => {
    const errors = (reach: number) =>
      worst(scipy.normalCdf.filter(([z]) => Math.abs(z) <= reach).map(([z, p]) => [normalCdf(z), p]));
    expect(errors(3)).toBeLessThan(2e-14);
    expect(errors(5)).toBeLessThan(1e-10);
    expect(errors(40)).toBeLessThan(1e-8);
  });

  test('and its quantiles, infinite at the ends', () => {
    expect(worst(scipy.normalQuantile.filter(([p]) => p !== 0.5).map(([p, z]) => [normalQuantile(p), z]))).toBeLessThan(
      1e-13,
    );
    expect([normalQuantile(0), normalQuantile(0.5), normalQuantile(1)]).toEqual([-Infinity, 0, Infinity]);
  });
});

describe("Student's distribution", () => {
  test('quantiles are those of SciPy to 5e-8, of themselves or of 1', () => {
    const errors = scipy.studentTQuantile.map(
      ([p, dof, t]) => Math.abs(studentTQuantile(p, dof) - t) / Math.max(1, Math.abs(t)),
    );
    expect(Math.max(...errors)).toBeLessThan(5e-8);
  });

  test('probabilities are those of SciPy to 5e-8', () => {
    const errors = scipy.studentTCdf.map(([t, dof, p]) => Math.abs(studentTCdf(t, dof) - p));
    expect(Math.max(...errors)).toBeLessThan(5e-8);
  });

  test('has ends', () => {
    expect(studentTCdf(-Infinity, 5)).toBeCloseTo(0, 15);
    expect(studentTCdf(1e300, 5)).toBeCloseTo(1, 15);
  });
});
