import {expect, test} from 'vitest';
import type {Block, PlannedBlock} from '../../schema/block.ts';
import type {MetricVerdict} from '../../schema/verdict.ts';
import {afterPair} from '../../verdict/judge-decision.ts';
import {decisionWith, planWith, sitting} from '../../verdict/test-decision.ts';
import {decideProgress, type Standing} from './decide-progress.ts';
import {voidPairText} from './void-pair.ts';

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
  return {decision, progress: {...progress, workloads}, gpus: 2};
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
  const begun = standing(made(...bothOf('aa', 1), planned('aa', 2)));
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

/** The second pair, and its blocks, are void. */
const secondVoid = (blocks: Block[]): Block[] =>
  blocks.map(block => (block.pair === 2 ? {...block, void: ['client-lag']} : block));

test('a pair that is made again has its number again, and is called so', () => {
  const again = standing(secondVoid(made(...bothOf('aa', 1), ...bothOf('aa', 2))));
  const {spareRuns} = again.decision.plan;
  // 1 + 6 pairs are lacking, of a minute on 2 GPUs.
  expect(decideProgress(again, planned('aa', 3), [])).toBe(
    `A/A pair 2 of 2, made again (1 of ${spareRuns} spare) · chat · baseline · at most 14.0 GPU min to go if no other pair is void`,
  );
});

test('a void pair is told with what comes of it, and three in a row with a hint', () => {
  const plan = {...planWith({aaPairs: 2, lookPairs: [4, 6]}), spareRuns: 3};
  const after = (...blocks: readonly PlannedBlock[]) => ({
    ...decisionWith({plan, sittings: [sitting()]}),
    blocks: made(...blocks).map(block => ({...block, void: block.place === 'candidate' ? ['client-lag'] : []})),
  });
  const one = after(...bothOf('ab', 4));
  expect(voidPairText(one, bothOf('ab', 4))).toEqual([
    'pair 4 · chat: void (client-lag), it is made again (1 of 3 spare)',
  ]);
  expect(voidPairText({...one, storedBaseline: {runId: 'r', startedAt: ''}}, bothOf('ab', 4))).toEqual([
    'pair 4 · chat: void (client-lag), it is left out',
  ]);
  const three = after(...bothOf('aa', 1), ...bothOf('aa', 2), ...bothOf('aa', 3));
  expect(voidPairText(three, bothOf('aa', 3))).toEqual([
    'A/A pair 3 · chat: void (client-lag), it is made again (3 of 3 spare)',
    'chat: 3 pairs in a row were void. The machine may be busy: end what else runs on it.',
  ]);
  const four = {...three, blocks: [...three.blocks, ...after(...bothOf('aa', 4)).blocks]};
  expect(voidPairText(four, bothOf('aa', 4))).toEqual([
    'A/A pair 4 · chat: void (client-lag), no pair is left to make it again (3 of 3 spare)',
  ]);
  expect(voidPairText({...one, blocks: made(...bothOf('ab', 4))}, bothOf('ab', 4))).toEqual([]);
});

test('there is at least one pair to go', () => {
  const pairs = [...bothOf('aa', 1), ...bothOf('aa', 2)];
  const all = Array.from({length: 6}, (_, index) => bothOf('ab', index + 3)).flat();
  expect(decideProgress(standing(made(...pairs, ...all)), planned('ab', 9), [])).toContain('at most 2.0 GPU min to go');
});
