import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {judgeMetric, judgeSecondary, marginOf} from './judge-metric.ts';
import {inputWith, pairsAt, swapped} from './test-costs.ts';

const margin = marginOf(0.1);

describe('a primary metric', () => {
  test('of pairs that are all the same has an interval of no width, so the first look decides', () => {
    const same = judgeMetric(inputWith({ab: pairsAt(0.02, 0.02, 0.02, 0.02, 0.02, 0.02)}));
    expect(same).toMatchObject({outcome: 'pass', judged: {look: 1, pairs: 4}, morePairs: null, equivalent: true});
    expect(same.effect?.estimate).toBeCloseTo(0.02, 12);
    expect(same.judged?.low).toBeCloseTo(0.02, 12);
    expect(same.judged?.high).toBeCloseTo(0.02, 12);
    const worse = judgeMetric(inputWith({ab: pairsAt(0.2, 0.2, 0.2, 0.2)}));
    expect(worse).toMatchObject({outcome: 'fail', judged: {look: 1}, equivalent: false});
  });

  test('has a margin of ln 1.1, which an effect exactly at it neither passes nor fails', () => {
    expect(margin).toBeCloseTo(0.0953102, 7);
    expect(judgeMetric(inputWith({ab: pairsAt(margin, margin, margin, margin)})).outcome).toBe('inconclusive');
  });

  test('is not judged before its first look', () => {
    const judgement = judgeMetric(inputWith({ab: pairsAt(0, 0, 0)}));
    expect(judgement).toMatchObject({outcome: 'inconclusive', judged: null, morePairs: 1});
  });

  test('stays as it was decided first, whatever comes after', () => {
    const judgement = judgeMetric(inputWith({ab: pairsAt(0, 0, 0, 0, 0.9, 0.9)}));
    expect(judgement).toMatchObject({outcome: 'pass', judged: {look: 1, pairs: 4}});
    expect(judgement.effect?.estimate).toBeCloseTo(0.3, 12);
  });

  test('goes on to the next look where the first one cannot tell', () => {
    const ab = pairsAt(0, 0.15, 0, 0.15, 0.02, 0.02);
    const first = judgeMetric(inputWith({ab: ab.slice(0, 4)}));
    expect(first).toMatchObject({outcome: 'inconclusive', judged: {look: 1}});
    expect(judgeMetric(inputWith({ab})).judged).toMatchObject({look: 2, pairs: 6});
  });

  test('without a margin is shown', () => {
    expect(judgeMetric(inputWith({marginShare: null, ab: pairsAt(0.5, 0.5, 0.5, 0.5)}))).toMatchObject({
      outcome: 'shown',
      judged: null,
      equivalent: null,
    });
  });
});

describe('the noise floor', () => {
  test('is half the width that the A/A interval has at as many pairs as the last look, and refuses a smaller margin', () => {
    const aa = pairsAt(-0.1, 0.1, -0.1, 0.1);
    const judgement = judgeMetric(inputWith({aa, ab: pairsAt(0, 0, 0, 0)}));
    // Student's bound of four values with sd 0.1155, at six pairs: 2.353 · 0.1155 ÷ 2 · √(4 ÷ 6) = 0.1109.
    expect(judgement.floor).toBeCloseTo(0.111, 2);
    expect(judgement.outcome).toBe('undecidable');
  });

  test('above the margin passes and fails only what is beyond the floor too', () => {
    const aa = pairsAt(-0.1, 0.1, -0.1, 0.1);
    expect(judgeMetric(inputWith({aa, ab: pairsAt(1, 1, 1, 1)}))).toMatchObject({outcome: 'fail', difference: 'worse'});
    expect(judgeMetric(inputWith({aa, ab: pairsAt(-1, -1, -1, -1)}))).toMatchObject({
      outcome: 'pass',
      difference: 'better',
    });
    // The margin is ln 1.1 = 0.0953, the floor 0.1109.
    expect(judgeMetric(inputWith({aa, ab: pairsAt(0.1, 0.1, 0.1, 0.1)})).outcome).toBe('undecidable');
    expect(judgeMetric(inputWith({aa, ab: pairsAt(-0.1, -0.1, -0.1, -0.1)})).outcome).toBe('undecidable');
  });

  test('is what the two places of a pair are apart where the baseline is shown to differ from itself', () => {
    const aa = pairsAt(0.19, 0.2, 0.2, 0.21);
    const judgement = judgeMetric(inputWith({aa, ab: pairsAt(0, 0, 0, 0)}));
    // Student's lower bound of four values with sd 0.00816: 0.2 - 2.353 · 0.00816 ÷ 2 = 0.1904.
    expect(judgement.floor).toBeCloseTo(0.19, 2);
    expect(judgement.outcome).toBe('undecidable');
    expect(judgeMetric(inputWith({aa: swapped(aa), ab: pairsAt(0, 0, 0, 0)})).floor).toBeCloseTo(0.19, 2);
  });

  test('that should be there and is not leaves the metric missing', () => {
    expect(judgeMetric(inputWith({aa: pairsAt(0), ab: pairsAt(0, 0, 0, 0)}))).toMatchObject({
      outcome: 'missing',
      floor: null,
      difference: 'none',
    });
  });

  test('has to lie within the interval for a difference to be none', () => {
    const aa = pairsAt(-0.01, 0.01, -0.01, 0.01);
    const differenceAt = (effect: number) =>
      judgeMetric(inputWith({aa, ab: pairsAt(effect, effect, effect, effect)})).difference;
    expect(differenceAt(0.005)).toBe('none');
    expect(differenceAt(0.02)).toBe('worse');
    expect(differenceAt(-0.02)).toBe('better');
  });
});

describe('a secondary metric', () => {
  const closed = {look: 1, pairs: 4, alpha: 0.03};

  test('waits until its workload is closed', () => {
    const input = inputWith({ab: pairsAt(0, 0, 0, 0)});
    expect(judgeSecondary(input, null)).toMatchObject({outcome: 'inconclusive', p: null, judged: null});
  });

  test('is tested at those pairs, at the level of the look that fell on them', () => {
    const input = inputWith({ab: pairsAt(0, 0, 0, 0, 0.9, 0.9)});
    expect(judgeSecondary(input, closed)).toMatchObject({
      outcome: 'pass',
      judged: {look: 1, pairs: 4, alpha: 0.03, low: 0, high: 0},
    });
    expect(judgeSecondary(input, closed).p).toBeGreaterThan(0.97);
    expect(judgeSecondary(inputWith({ab: pairsAt(0.3, 0.3, 0.3, 0.3)}), closed).p).toBeLessThan(0.03);
  });
});

const effects = fc.array(fc.double({min: -0.5, max: 0.5, noNaN: true}), {minLength: 6, maxLength: 6});

describe('invariances', () => {
  test('swapping the sides turns the effect round, exactly, and its interval nearly', () => {
    fc.assert(
      fc.property(effects, values => {
        const ab = pairsAt(...values);
        const [one, other] = [ab, swapped(ab)].map(pairs => judgeMetric(inputWith({ab: pairs})).effect);
        const width = Math.max(...values) - Math.min(...values);
        expect(other?.estimate).toBeCloseTo(-(one?.estimate ?? 0), 12);
        expect(Math.abs((other?.interval?.high ?? 0) + (one?.interval?.low ?? 0))).toBeLessThanOrEqual(
          0.1 * width + 1e-9,
        );
      }),
      {numRuns: 30},
    );
  });

  test('more cost on both sides changes nothing', () => {
    fc.assert(
      fc.property(effects, fc.double({min: -5, max: 5, noNaN: true}), (values, more) => {
        const ab = pairsAt(...values);
        const dearer = ab.map(({baseline, candidate}) => ({
          baseline: {...baseline, cost: baseline.cost + more},
          candidate: {...candidate, cost: candidate.cost + more},
        }));
        const [one, other] = [ab, dearer].map(pairs => judgeMetric(inputWith({ab: pairs})));
        expect(other?.effect?.estimate).toBeCloseTo(one?.effect?.estimate ?? 0, 9);
        expect(other?.effect?.interval?.low).toBeCloseTo(one?.effect?.interval?.low ?? 0, 9);
        expect(other?.effect?.interval?.high).toBeCloseTo(one?.effect?.interval?.high ?? 0, 9);
      }),
      {numRuns: 30},
    );
  });

  test('the order of asking changes nothing', () => {
    const input = inputWith({ab: pairsAt(0.1, 0.08, 0.12, 0.02, 0.1, 0.05), aa: pairsAt(0.01, -0.01, 0.02)});
    const first = judgeMetric(input);
    judgeMetric(inputWith({ab: pairsAt(0.3, 0.2)}));
    expect(judgeMetric(input)).toEqual(first);
  });
});
