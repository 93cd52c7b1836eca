import {describe, expect, test} from 'vitest';
import type {BlockCost} from './block-cost.ts';
import {randomStream} from './random-stream.ts';
import {isEquivalent} from './tost.ts';
import {type CostPair, twoLevel} from './two-level.ts';

const resamples = 200;

/** A block whose resamples lie `within` above and below it, in turn. */
const block = (cost: number, within = 0): BlockCost => {
  const deviations = Float64Array.from({length: resamples}, (_, at) => (at % 2 === 0 ? within : -within));
  return {cost, deviations, variance: (within * within * resamples) / (resamples - 1)};
};
const pairsOf = (effects: readonly number[], within = 0): readonly CostPair[] =>
  effects.map((effect, at) => ({baseline: block(at, within), candidate: block(at + effect, within)}));
const judge = (pairs: readonly CostPair[], seed = 1) =>
  twoLevel(pairs, {replicates: 10_000, random: randomStream(seed)});

// Mean 0.03, standard deviation √(0.0000176) = 0.0041952; Student's t of 0.95 with 5 degrees is 2.015048.
const six = [0.025, 0.031, 0.036, 0.028, 0.026, 0.034];
const student = (2.015048 * 0.0041952) / Math.sqrt(6);

describe('the mean effect of pairs', () => {
  test('without noise inside the blocks has about Student’s bounds', () => {
    const {estimate, lower, upper} = judge(pairsOf(six));
    expect(estimate).toBeCloseTo(0.03, 12);
    expect(lower(0.05)).toBeLessThan(0.03 - student * 0.98);
    expect(lower(0.05)).toBeGreaterThan(0.03 - student * 1.08);
    expect(upper(0.05)).toBeGreaterThan(0.03 + student * 0.98);
    expect(upper(0.05)).toBeLessThan(0.03 + student * 1.08);
  });

  test('two pairs have Student’s bounds too, far beyond either of them', () => {
    // t of 0.95 with 1 degree is 6.313752, the standard deviation √2 · 0.01, the mean's 0.01.
    expect(judge(pairsOf([0.02, 0.04])).upper(0.05)).toBeCloseTo(0.03 + 6.313752 * 0.01, 3);
    expect(judge(pairsOf([0.02, 0.04])).lower(0.05)).toBeCloseTo(0.03 - 6.313752 * 0.01, 3);
  });

  test('noise inside the blocks that the effects already show is not counted twice', () => {
    // All of the spread between the pairs is from inside: 2 · 0.003² = 0.000018 and more than 0.0000176.
    const width = ({lower, upper}: ReturnType<typeof judge>) => upper(0.05) - lower(0.05);
    const [without, withNoise] = [width(judge(pairsOf(six))), width(judge(pairsOf(six, 0.003)))];
    expect(withNoise / without).toBeGreaterThan(0.95);
    expect(withNoise / without).toBeLessThan(1.25);
  });

  test('noise inside the blocks counts where the effects happen to agree', () => {
    const {lower, upper} = judge(pairsOf([0.03, 0.03, 0.03, 0.03, 0.03, 0.03], 0.01));
    // The deviation of a mean of six is √(2 · 0.01² ÷ 6) = 0.00577, stretched by √(6 ÷ 5) · 2.015.
    expect(upper(0.05) - 0.03).toBeCloseTo(0.0127, 2);
    expect(0.03 - lower(0.05)).toBeCloseTo(0.0127, 2);
  });

  test('pairs that are all equal, without any noise, leave no doubt', () => {
    const {estimate, lower, upper, pAbove, pBelow} = judge(pairsOf([0.5, 0.5, 0.5]));
    expect([estimate, lower(0.001), upper(0.001)]).toEqual([0.5, 0.5, 0.5]);
    expect([pAbove(0.4), pAbove(0.6), pBelow(0.4)].map(p => p.toFixed(3))).toEqual(['0.000', '1.000', '1.000']);
    expect(pAbove(0.5)).toBeGreaterThanOrEqual(0.5);
  });

  test('bounds widen as alpha falls, also where replicates no longer resolve it, and p tells where a limit lies', () => {
    const {estimate, lower, upper, pAbove, pBelow} = judge(pairsOf(six, 0.001));
    const alphas = [0.2, 0.05, 0.01, 1e-3, 1e-6, 1e-9];
    const [lows, highs] = [alphas.map(lower), alphas.map(upper)];
    expect(lows).toEqual(lows.toSorted((a, b) => b - a));
    expect(highs).toEqual(highs.toSorted((a, b) => a - b));
    expect(new Set(lows).size).toBe(alphas.length);
    expect(pAbove(estimate)).toBeCloseTo(0.5, 1);
    for (const alpha of [0.2, 0.05, 0.01]) {
      expect(pAbove(lower(alpha) - 0.0001)).toBeLessThan(alpha);
      expect(pAbove(lower(alpha) + 0.0001)).toBeGreaterThan(alpha);
      expect(pBelow(upper(alpha) + 0.0001)).toBeLessThan(alpha);
    }
    // Below what replicates resolve: t of 17.5 with 5 degrees.
    expect(pAbove(0)).toBeLessThan(1e-4);
    expect(pAbove(0)).toBeGreaterThan(1e-7);
  });

  test('the same stream gives the same bounds, in whatever order they are asked for', () => {
    const [one, other] = [judge(pairsOf(six, 0.002)), judge(pairsOf(six, 0.002))];
    const [low, high] = [one.lower(0.05), one.upper(0.025)];
    expect([other.upper(0.025), other.lower(0.05)]).toEqual([high, low]);
    expect(judge(pairsOf(six, 0.002), 2).lower(0.05)).not.toBe(low);
  });

  test('swapping the sides turns the effect round', () => {
    const there = judge(pairsOf(six, 0.002));
    const back = judge(
      pairsOf(six, 0.002).map(({baseline, candidate}) => ({baseline: candidate, candidate: baseline})),
    );
    expect(back.estimate).toBeCloseTo(-there.estimate, 12);
    expect(back.upper(0.05)).toBeCloseTo(-there.lower(0.05), 3);
  });

  test('one pair has none', () => {
    expect(() => judge(pairsOf([0.1]))).toThrow(RangeError);
  });

  test('bounds of normal effects are wrong about as often as they say, with few pairs and deep levels too', () => {
    const random = randomStream('coverage');
    const normal = () => Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
    const rounds = 400;
    for (const [pairs, alpha] of [
      [2, 0.05],
      [3, 0.05],
      [6, 0.05],
      [6, 0.01],
    ] as const) {
      let wrong = 0;
      for (let round = 0; round < rounds; round += 1) {
        const effects = Array.from({length: pairs}, normal);
        if (twoLevel(pairsOf(effects), {replicates: 200, random}).upper(alpha) < 0) wrong += 1;
      }
      // Three standard errors above alpha.
      expect(wrong / rounds).toBeLessThan(alpha + 3 * Math.sqrt((alpha * (1 - alpha)) / rounds));
    }
  });
});

describe('equivalence', () => {
  test('is shown when both one-sided bounds lie inside the margin', () => {
    const found = judge(pairsOf(six));
    expect(isEquivalent(found, {margin: 0.035, alpha: 0.05})).toBe(true);
    expect(isEquivalent(found, {margin: 0.033, alpha: 0.05})).toBe(false);
    const below = judge(pairsOf(six.map(effect => -effect)));
    expect(isEquivalent(below, {margin: 0.035, alpha: 0.05})).toBe(true);
    expect(isEquivalent(below, {margin: 0.033, alpha: 0.05})).toBe(false);
  });
});
