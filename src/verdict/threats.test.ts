import {describe, expect, test} from 'vitest';
import {exampleTrial} from '../records/test-run.ts';
import type {Decision} from '../schema/decision.ts';
import type {RunRecord} from '../schema/record.ts';
import {pairsOf} from './pairs.ts';
import {decisionWith, equalRecords, madeDecision, planWith, recordWith, sitting} from './test-decision.ts';
import {threatsTo} from './threats.ts';

const answered: Partial<Decision> = {
  plan: planWith({answers: {ask: {kind: 'parity', texts: 1, rankings: 1, chats: 1}, required: []}, between: 'restart'}),
  answers: [{role: 'chat', outcome: 'same', detail: 'Same.'}],
};
const sound = madeDecision({factor: 1}, {decision: decisionWith(answered)}).decision;

const threats = (over: Partial<Decision> = {}, records: Partial<typeof equalRecords> = {}) => {
  const decision = {...sound, ...over};
  return threatsTo({decision, records: {...equalRecords, ...records}, pairs: pairsOf(decision), workloads: []});
};

const server = (
  over: Partial<RunRecord['engine']['servers'][number]> = {},
): RunRecord['engine']['servers'][number] => ({
  ...{role: 'chat', url: 'http://127.0.0.1:1', model: '/models/Qwen3-4B', command: ['serve'], readySeconds: 1},
  ...{container: null, startup: null, memory: null},
  facts: {version: '1', model: null, contextTokens: 8192, kvTokens: 100_000, pageTokens: 16, reportsCachedTokens: true},
  ...over,
});
const served = (over: Parameters<typeof server>[0] = {}): RunRecord => {
  const record = recordWith();
  return {...record, engine: {...record.engine, servers: [server(over)]}};
};

describe('threats to validity', () => {
  test('of a decision without blemish are none', () => {
    expect(threats({}, {baseline: served(), candidate: served()})).toEqual([]);
  });

  test('name an interruption, and what was another afterwards', () => {
    const sittings = [sitting(), sitting({hostname: 'bench-2', driver: '580.1'})];
    expect(threats({sittings})).toEqual([
      'The measurement was interrupted: 2 sittings, and servers were started anew between them.',
      'The sittings had not the same host: bench-1, bench-2.',
      'The sittings had not the same driver: 570.86, 580.1.',
    ]);
  });

  test('do not call a stored baseline an interruption, but say where its machine was another', () => {
    const sittings = [sitting(), sitting({driver: '580.1'})];
    const said = threats({sittings, storedBaseline: {runId: 'old', startedAt: '2026-11-01T10:00:00Z'}});
    expect(said.filter(text => text.includes('interrupted'))).toEqual([]);
    expect(said).toContain('The stored baseline and what followed had not the same driver: 570.86, 580.1.');
  });

  test('name simulated engines, answers that were not compared, a card that was shared and servers started once', () => {
    expect(threats({evidence: 'simulated', answers: [], plan: {...sound.plan, between: 'flush'}})).toEqual([
      'The engines are simulated: this shows that the method works, and nothing of a real engine.',
      expect.stringContaining('Both sides were up at the same time on one machine'),
      expect.stringContaining('Servers were not started anew for each pair'),
      expect.stringContaining('The answers of the two sides were not compared'),
    ]);
  });

  test('name workloads with few pairs', () => {
    const blocks = sound.blocks.filter(({pair}) => pair <= 7);
    expect(threats({blocks})).toEqual(['chat rests on 3 valid pairs: one odd block moves its interval far.']);
  });

  test('say nothing of how far no pairs move an interval', () => {
    expect(threats({blocks: []})).toEqual([]);
  });

  test('name servers that are not alike, but not the folder of the same model', () => {
    const facts = {...server().facts, kvTokens: 50_000};
    expect(threats({}, {baseline: served(), candidate: served({model: 'Qwen/qwen3-4b'})})).toEqual([]);
    expect(threats({}, {baseline: served(), candidate: served({model: 'Qwen/Qwen3-8B', facts})})).toEqual([
      'chat: the sides served different models, /models/Qwen3-4B and Qwen/Qwen3-8B; the ratio is of models as much as of engines.',
      'chat: the KV pools are not equal, 100,000 and 50,000 tokens: the larger one keeps more prefixes and runs more requests at once.',
    ]);
  });

  test.each([[['serve', '--load-format', 'dummy']], [['serve', '--load-format=dummy']]])(
    'name random weights (%j)',
    command => {
      expect(threats({}, {candidate: served({command})})).toEqual([
        'candidate chat: the weights are random (load format dummy): speed only, its answers mean nothing.',
      ]);
    },
  );

  test('say what cannot be known of a server that was there before', () => {
    expect(threats({}, {candidate: served({command: null})})).toEqual([
      'candidate: cutover did not start chat; with which arguments it runs, and whether its weights are real, cannot be known.',
    ]);
  });

  test('know the weights of engines that are simulated', () => {
    const said = threats({}, {candidate: {...served({command: null}), evidence: 'simulated'}});
    expect(said).toEqual([expect.stringContaining('The engines are simulated')]);
  });

  test('say who held fewer tokens of the same waiting users', () => {
    const {trials: [first] = [], ...record} = recordWith({trials: [exampleTrial({index: 0})]});
    if (first === undefined) throw new Error('a trial');
    const holding = (maxTokens: number) => ({
      ...record,
      trials: [{...first, findings: [], kvUse: {maxShare: 0.1, maxTokens, readings: 9}}],
    });
    expect(threats({}, {baseline: holding(2608), candidate: holding(13_250)})).toEqual([
      'chat: the baseline never held more than 2,608 KV tokens, the candidate up to 13,250: the baseline served fewer requests at once.',
    ]);
    expect(threats({}, {baseline: holding(10_000), candidate: holding(13_250)})).toEqual([]);
  });

  test('name prompts that the two count differently, warnings and caches that do not tell', () => {
    const {trials: [first] = [], ...record} = recordWith({trials: [exampleTrial({index: 0})]});
    if (first === undefined) throw new Error('a trial');
    const counts = {ok: 100, failed: 0};
    const finding = {severity: 'warning' as const, message: 'x', hint: null};
    const said = threats(
      {},
      {
        baseline: {...record, trials: [{...first, counts, promptTokens: 51_200, findings: []}]},
        candidate: {
          ...record,
          trials: [
            {
              ...{...first, counts, promptTokens: 52_736, cache: {reset: 'done', canary: 'unknown'}},
              findings: [{...finding, code: 'gpu-shared'}],
            },
          ],
        },
      },
    );
    expect(said).toEqual([
      'chat: the sides count the tokens of the same prompts differently, by up to 3 %.',
      'chat: whether the prefix cache of the candidate was empty is not known for 8 blocks: the server does not tell.',
      '8 blocks had a warning (gpu-shared), the first one: x.',
    ]);
  });

  test('name code that is in no commit, or not the same', () => {
    const cutover = {version: '1.1.0', gitCommit: 'def', gitDirty: true};
    expect(threats({}, {candidate: recordWith({cutover})})).toEqual([
      'The sides were measured by different versions of cutover: 1.0.0 abc and 1.1.0 def.',
      'cutover had changes that are in no commit: the code that measured cannot be named exactly.',
    ]);
  });
});
