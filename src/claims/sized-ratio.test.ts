import {describe, expect, test} from 'vitest';
import {exampleTrial} from '../records/test-run.ts';
import {sides} from './evidence.ts';
import {limitOf} from './ratio.ts';
import {decided, evidenceOf, run, server, verdictOn} from './test-evidence.ts';

const shared = {kind: 'chat', promptTokens: 2048, outputTokens: 128, sharedPrefix: 0.8} as const;
const conversation = {kind: 'prefix', promptTokens: 2048, outputTokens: 128, turns: 4} as const;
const chat = {kind: 'chat', promptTokens: 512, outputTokens: 128} as const;

const throughput = (ratio: readonly [number, number, number], changes = {}) =>
  evidenceOf({decisions: [decided({metric: 'outputTokensPerSecond', workload: shared, ratio, ...changes})]});
const latency = (ratio: readonly [number, number, number], changes = {}) =>
  evidenceOf({decisions: [decided({metric: 'e2eP50Ms', workload: conversation, ratio, ...changes})]});

test('half a unit of the last digit belongs to a claimed size', () => {
  expect(limitOf({direction: 'higher', size: 6.4}, 0.05)).toBeCloseTo(6.35, 10);
  expect(limitOf({direction: 'lower', size: 0.9}, 0.005)).toBeCloseTo(0.905, 10);
});

describe('a claimed ratio', () => {
  test('is confirmed where the whole interval is as large as claimed, its rounding included', () => {
    expect(verdictOn('thr-code', throughput([6.36, 6.5, 6.7]))).toMatchObject({
      outcome: 'confirmed',
      evidence: ['decision'],
    });
    expect(verdictOn('lat-multiturn', latency([0.85, 0.88, 0.904])).outcome).toBe('confirmed');
  });

  test('is refuted where the whole interval falls short of it, be it better than 1', () => {
    const {outcome, reason} = verdictOn('thr-code', throughput([1.1, 1.2, 1.3]));
    expect(outcome).toBe('refuted');
    expect(reason).toContain('1.2 [1.1, 1.3] times');
    expect(verdictOn('lat-multiturn', latency([0.906, 0.93, 0.95])).outcome).toBe('refuted');
  });

  test('is inconclusive where the interval has it inside, with the pairs that are missing', () => {
    // Half-width on the log scale 0.0690, distance of 0.93 from 0.905 0.0273: 8 pairs times 6.4 are 52.
    expect(verdictOn('lat-multiturn', latency([0.87, 0.93, 0.9987]))).toMatchObject({
      outcome: 'inconclusive',
      morePairs: 44,
    });
  });

  test('is not settled by fewer than six pairs, however clear they are', () => {
    expect(verdictOn('thr-code', throughput([0.9, 1, 1.1], {pairs: 4}))).toMatchObject({
      outcome: 'inconclusive',
      morePairs: 2,
    });
  });

  test.each([
    ['a void decision', {void: true}],
    ['a baseline of another day', {stored: true}],
    ['a workload of another kind', {workload: chat}],
  ])('is not settled by %s', (_, changes) => {
    expect(verdictOn('thr-code', throughput([0.9, 1, 1.1], changes)).outcome).toBe('not run');
  });

  test('is not settled by sides that served different models, and a decision on one model goes before it', () => {
    const unlike = throughput([6.5, 7, 7.5], {pairs: 12, model: '/m/qwen-awq', candidateModel: '/m/qwen'});
    const {outcome, reason, morePairs} = verdictOn('thr-code', unlike);
    expect({outcome, morePairs}).toEqual({outcome: 'inconclusive', morePairs: null});
    expect(reason).toContain('The sides served different models, qwen-awq and qwen: that settles no ratio of engines.');
    const alike = throughput([0.9, 1, 1.1], {model: '/m/Qwen', candidateModel: 'org/qwen'});
    const both = evidenceOf({decisions: [...unlike.decisions, ...alike.decisions]});
    expect(verdictOn('thr-code', both).outcome).toBe('refuted');
  });

  test('the decision with the most pairs speaks, not the one that says most', () => {
    const [many, few] = [throughput([0.9, 1, 1.1], {pairs: 12}), throughput([6.5, 7, 7.5], {pairs: 6})];
    const both = evidenceOf({decisions: [...few.decisions, ...many.decisions]});
    expect(verdictOn('thr-code', both).outcome).toBe('refuted');
  });

  test('runs one after the other are told and settle nothing', () => {
    const trial = (outputTokensPerSecond: number) => exampleTrial({workload: shared, outputTokensPerSecond});
    const evidence = evidenceOf({
      runs: [
        run({runId: 'a', engine: sides.from, trials: [trial(1000), trial(1200)]}),
        run({runId: 'b', trials: [trial(9900), trial(9900)]}),
      ],
    });
    expect(verdictOn('thr-code', evidence)).toMatchObject({
      outcome: 'inconclusive',
      reason:
        'Runs one after the other show 9 times the tokens/s in one load. That settles no ratio, alternating blocks do.',
      morePairs: 6,
      evidence: ['a', 'b'],
    });
  });

  test('void trials and other models are not even told', () => {
    const findings = [{code: 'client-lag', severity: 'void', message: 'late', hint: null}] as const;
    const trial = exampleTrial({workload: shared});
    const from = run({runId: 'a', engine: sides.from, trials: [trial]});
    const spoilt = run({runId: 'b', trials: [{...trial, findings: [...findings]}]});
    const other = run({runId: 'c', trials: [trial], servers: [server({model: 'another'})]});
    expect(verdictOn('thr-code', evidenceOf({runs: [from, spoilt, other]})).outcome).toBe('not run');
  });
});

describe('a claim that names a GPU and a model', () => {
  const closed = (ratio: readonly [number, number, number], model: string) =>
    evidenceOf({decisions: [decided({metric: 'outputTokensPerSecond', workload: chat, ratio, model})]});

  test('is settled on these', () => {
    const model = 'meta-llama/Llama-3.1-8B-Instruct';
    expect(verdictOn('h100-throughput', closed([1.29, 1.31, 1.35], model)).outcome).toBe('confirmed');
    expect(verdictOn('h100-throughput', closed([1.1, 1.15, 1.2], model)).outcome).toBe('refuted');
  });

  test('is not run with another model, and what that one gave is the nearest', () => {
    const {outcome, nearest, evidence} = verdictOn('h100-throughput', closed([1.3, 1.4, 1.5], 'Qwen2.5-Coder-1.5B'));
    expect([outcome, evidence]).toEqual(['not run', ['decision']]);
    expect(nearest).toContain('1.4 [1.3, 1.5] times');
  });

  test('is not run on a closed loop where an equal rate is claimed', () => {
    const evidence = evidenceOf({
      decisions: [decided({metric: 'ttftP50Ms', workload: chat, ratio: [0.6, 0.7, 0.75], model: 'Llama-3.1-8B'})],
    });
    expect(verdictOn('h100-ttft', evidence)).toMatchObject({outcome: 'not run', nearest: null});
  });
});
