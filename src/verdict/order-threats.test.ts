import {expect, test} from 'vitest';
import {judgeDecision} from './judge-decision.ts';
import {orderThreats} from './order-threats.ts';
import {pairsOf} from './pairs.ts';
import {equalRecords, madeDecision} from './test-decision.ts';

const made = madeDecision({factor: 1});
const pairs = pairsOf(made.decision).filter(({phase}) => phase === 'ab');
const [judged] = judgeDecision({...made, records: equalRecords}).workloads;

/** With these ratios in the pairs in which the baseline went first, and in the others, in turn. */
const threats = (baselineFirst: readonly number[], candidateFirst: readonly number[]) => {
  if (judged === undefined) throw new Error('a workload');
  const [first, second] = [[...baselineFirst], [...candidateFirst]];
  const pairRatios = pairs.map(({blocks}) => {
    const from = blocks.baseline.index < blocks.candidate.index ? first : second;
    const ratio = from.shift() ?? 1;
    from.push(ratio);
    return ratio;
  });
  return orderThreats({pairs, workloads: [{...judged, metrics: judged.metrics.map(one => ({...one, pairRatios}))}]});
};

test('who goes first is named where it moves the ratios beyond chance', () => {
  expect(threats([1.2], [0.8])).toEqual([
    'chat: who goes first moves the ratio of E2E p50: 1.2 in the 4 pairs in which the baseline did, 0.8 in the 4 in which the candidate did. That widens the interval and does not shift it.',
  ]);
});

test('what chance makes of few pairs is not named', () => {
  expect(threats([7.5, 7.05, 6.73, 6.4], [6.05, 6.15, 7.41, 7])).toEqual([]);
  expect(threats([1], [1])).toEqual([]);
});
