import {expect, test} from 'vitest';
import type {Block, PlannedBlock} from '../../schema/block.ts';
import type {MetricVerdict} from '../../schema/verdict.ts';
import {afterPair} from '../../verdict/judge-decision.ts';
import {decisionWith, planWith, sitting} from '../../verdict/test-decision.ts';
import {decideProgress, type Standing} from './decide-progress.ts';

const planned = (phase: PlannedBlock['phase'], pair: number, place: PlannedBlock['place'] = 'candidate') => ({
  ...{phase, pair, workload: 'chat', place},
});

/** Each block takes half a minute, one after the other. */
const made = (...blocks: readonly PlannedBlock[]): Block[] =>
  blocks.map((block, index) => ({
    ...{...block, arm: 'baseline', trial: index, sitting: 1},
    ...{startMs: index * 30_000, endMs: (index + 1) * 30_000, void: []},
  }));

const bothOf = (phase: PlannedBlock['phase'], pair: number) => [planned(phase, pair), planned(phase, pair, 'baseline')];

/** Of a plan with 2 A/A pairs and at most 6 A/B pairs. */
const standing = (blocks: Block[], ratio: MetricVerdict['ratio'] = null): Standing => {
  const decision = decisionWith({plan: planWith({aaPairs: 2, lookPairs: [4, 6]}), blocks, sittings: [sitting()]});
  const progress = afterPair({decision: {...decision, blocks: []}, series: []});
  const [workload] = progress.workloads;
  const [primary] = workload?.metrics ?? [];
  if (workload === undefined || primary === undefined) throw new TypeError('the plan has a workload');
  const workloads = [{...workload, metrics: [{...primary, ratio}]}];
  return {decision, progress: {...progress, workloads}, gpus: 2, pairs: new Set(blocks.map(({pair}) => pair)).size};
};

test('before anything is measured there is no time to go', () => {
  expect(decideProgress(standing([]), planned('aa', 1), ['getting ready'])).toBe(
    'A/A pair 1 of 2 · chat · baseline · getting ready',
  );
});

test('a pair counts when it is begun, and the time to go is that of all pairs that may come', () => {
  const one = standing(made(...bothOf('aa', 1)));
  // A pair takes a minute on 2 GPUs: 2 + 6 pairs less the one that is there.
  expect(decideProgress(one, planned('aa', 2), [])).toBe(
    'A/A pair 2 of 2 · chat · baseline · at most 14.0 GPU min to go',
  );
  const begun = {...standing(made(...bothOf('aa', 1), planned('aa', 2))), pairs: 1};
  expect(decideProgress(begun, planned('aa', 2, 'baseline'), [])).toMatch(/^A\/A pair 2 of 2 · chat · baseline · /);
});

test('pairs of the two sides are counted apart from those of one side with itself', () => {
  const three = standing(made(...bothOf('aa', 1), ...bothOf('aa', 2), ...bothOf('ab', 3)), {
    estimate: 1.0214,
    low: 0.9914,
    high: 1.0523,
  });
  expect(decideProgress(three, planned('ab', 4), ['32/96', '55.1 req/s'])).toBe(
    'pair 2 of 6 · chat · candidate · 32/96 · 55.1 req/s · E2E p50 1.021 [0.991, 1.052] · at most 10.0 GPU min to go',
  );
});

test('pairs that are made again make it more of them, and there is at least one to go', () => {
  const pairs = Array.from({length: 3}, (_, index) => bothOf('aa', index + 1)).flat();
  expect(decideProgress(standing(made(...pairs)), planned('aa', 4), [])).toMatch(/^A\/A pair 4 of 4 · /);
  const many = {...standing(made(...bothOf('aa', 1))), pairs: 40};
  expect(decideProgress(many, planned('ab', 41), [])).toContain('at most 2.0 GPU min to go');
});
