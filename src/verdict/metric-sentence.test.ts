import {describe, expect, test} from 'vitest';
import type {PlannedMetric} from '../schema/plan.ts';
import {judgeMetric, judgeSecondary, type MetricInput} from './judge-metric.ts';
import {metricSentence} from './metric-sentence.ts';
import {describeMetric} from './metric-verdict.ts';
import {inputWith, pairsAt} from './test-costs.ts';

const latency: PlannedMetric = {metric: 'ttftP50Ms', marginShare: 0.1};
const rate: PlannedMetric = {metric: 'itemsPerSecond', marginShare: 0.1};
/** Costs of ±ln 1.2 and the like, so that ratios are round. */
const ln = (ratio: number) => Math.log(ratio);
const four = (ratio: number) => pairsAt(...Array.from({length: 4}, () => ln(ratio)));

const said = (planned: PlannedMetric, over: Partial<MetricInput>, missing: string | null = null) => {
  const input = inputWith({...over, marginShare: planned.marginShare});
  const judgement = judgeMetric(input);
  const verdict = describeMetric({planned, rank: 'primary', judgement, holmP: null, aa: input.aa ?? [], ab: input.ab});
  return {sentence: metricSentence({verdict, missing, looks: input.looks}), verdict};
};

describe('ratios are candidate ÷ baseline of the metric itself', () => {
  test('20 % more latency', () => {
    const {verdict, sentence} = said(latency, {ab: four(1.2)});
    expect(verdict.ratio?.estimate).toBeCloseTo(1.2, 12);
    expect(verdict.limitRatio).toBeCloseTo(1.1, 12);
    expect(verdict.pairRatios.map(ratio => ratio.toFixed(6))).toEqual(['1.200000', '1.200000', '1.200000', '1.200000']);
    expect(sentence).toBe(
      "TTFT p50 is at least 1.2 times the baseline's, and must be at most 1.1 times (margin 10 %, 4 pairs).",
    );
  });

  test('a cost of 1.25 is a throughput of 0.8', () => {
    const {verdict, sentence} = said(rate, {ab: four(1.25)});
    expect(verdict.ratio?.estimate).toBeCloseTo(0.8, 12);
    expect(verdict.limitRatio).toBeCloseTo(1 / 1.1, 12);
    expect(sentence).toBe(
      "Throughput is at most 0.8 times the baseline's, and must be at least 0.909 times (margin 10 %, 4 pairs).",
    );
  });

  test('bounds change places where higher is better', () => {
    const ab = pairsAt(ln(1.02), ln(1.05), ln(1.02), ln(1.05));
    const [lower, higher] = [said(latency, {ab}).verdict.ratio, said(rate, {ab}).verdict.ratio];
    expect(higher?.low).toBeCloseTo(1 / (lower?.high ?? 0), 12);
    expect(higher?.high).toBeCloseTo(1 / (lower?.low ?? 0), 12);
    expect(higher?.low).toBeLessThan(higher?.high ?? 0);
  });

  test('the floor is a share: half a width of ln 1.05 is 5 %', () => {
    // Student's bound of four values ±a, at six pairs: 2.353 · 1.1547 · a ÷ 2 · √(4 ÷ 6) = 1.1093 · a.
    const a = ln(1.05) / 1.1093;
    expect(said(latency, {aa: pairsAt(-a, a, -a, a), ab: four(1)}).verdict.floorShare).toBeCloseTo(0.05, 2);
  });

  test('the medians, Hodges and Lehmann, Mann and Whitney beside it', () => {
    const {verdict} = said(latency, {ab: pairsAt(ln(2), ln(3), ln(4))});
    expect(verdict.baseline).toBeCloseTo(1, 12);
    expect(verdict.candidate).toBeCloseTo(3, 12);
    expect(verdict.hodgesLehmannRatio).toBeCloseTo(3, 12);
    expect(said(latency, {ab: []}).verdict).toMatchObject({baseline: null, ratio: null, mannWhitneyP: null, pairs: 0});
  });
});

describe('sentences', () => {
  test('of a pass name the bound on the side of the margin', () => {
    expect(said(latency, {ab: four(1.02)}).sentence).toBe(
      "TTFT p50 is at most 1.02 times the baseline's, and must be at most 1.1 times (margin 10 %, 4 pairs).",
    );
    expect(said(rate, {ab: four(1.02)}).sentence).toContain(
      "is at least 0.98 times the baseline's, and must be at least 0.909 times",
    );
  });

  test('tell a bound that is close to its limit from it', () => {
    expect(said(latency, {ab: four(1.0996)}).sentence).toContain('is at most 1.0996 times');
  });

  test('of an open metric say how many more pairs would tell', () => {
    const {sentence, verdict} = said(latency, {ab: pairsAt(0, 0.2, 0, 0.2)});
    expect(sentence).toMatch(
      /^TTFT p50 is between 0\.9\d+ and 1\.3\d* times the baseline's, and must be at most 1\.1 times \(margin 10 %, 4 pairs\): /,
    );
    expect(sentence.endsWith(verdict.morePairs === null ? 'any number of pairs.' : 'would tell.')).toBe(true);
  });

  test('before the first look say how many pairs are there', () => {
    expect(said(latency, {ab: pairsAt(0)}).sentence).toBe(
      'TTFT p50 is not judged yet: 1 of the 4 pairs of the first look are there.',
    );
  });

  test('of a margin below the floor name both', () => {
    const aa = pairsAt(-ln(1.15), ln(1.15), -ln(1.15), ln(1.15));
    expect(said(latency, {aa, ab: four(1)}).sentence).toMatch(
      /^TTFT p50 cannot be judged: its margin of 10 % is below the noise floor of 1\d\.\d %, by which the baseline differs from itself\.$/,
    );
  });

  test('of a floor that was not measured say what it takes', () => {
    expect(said(latency, {aa: pairsAt(0), ab: four(1)}).sentence).toBe(
      'TTFT p50 is missing: the noise floor takes two valid pairs of the baseline against itself, and there are 1.',
    );
  });

  test('of a metric without a margin', () => {
    expect(said({...latency, marginShare: null}, {ab: four(1)}).sentence).toBe('TTFT p50 is shown and not judged.');
  });

  test('of a secondary one that fails give the p after Holm', () => {
    const input = inputWith({ab: four(1.3)});
    const judgement = judgeSecondary(input, {look: 1, pairs: 4, alpha: 0.03});
    const verdict = describeMetric({
      ...{planned: latency, rank: 'secondary', holmP: 0.03, aa: [], ab: input.ab},
      judgement: {...judgement, outcome: 'fail'},
    });
    expect(metricSentence({verdict, missing: null, looks: input.looks})).toBe(
      "TTFT p50 is between 1.3 and 1.3 times the baseline's, and must be at most 1.1 times (margin 10 %, 4 pairs, Holm's p 0.0300).",
    );
  });
});
