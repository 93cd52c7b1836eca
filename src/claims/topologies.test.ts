import {describe, expect, test} from 'vitest';
import {exampleTrial} from '../records/test-run.ts';
import type {Trial} from '../schema/trial.ts';
import {sides} from './evidence.ts';
import {decided, evidenceOf, run, server, verdictOn} from './test-evidence.ts';

type Member = NonNullable<ReturnType<typeof server>['members']>[number];

const member = (name: string, part: Member['part'], command: string[]): Member => ({
  ...server(),
  ...{name, part, command, cards: [], container: null, startup: null, memory: null},
});

describe('pd-split', () => {
  const pair = (prefill: number, decode: number, flags: string[] = ['--disaggregation-mode', 'prefill']) => [
    ...Array.from({length: prefill}, (_, index) => member(`prefill-${index + 1}`, 'prefill', flags)),
    ...Array.from({length: decode}, (_, index) => member(`decode-${index + 1}`, 'decode', flags)),
    member('router', 'router', []),
  ];
  /** Of 100 ms until the last token. */
  const trial = (prefillMs: number, transferMs: number): Trial =>
    exampleTrial({
      phases: {
        ...{n: 700, prefillMs, transferMs, decodeMs: 100 - prefillMs - transferMs},
        transfer: {count: 700, mib: 1},
      },
    });
  const split = (members: Member[], trials: Trial[], evidence: 'real' | 'simulated' = 'real') =>
    verdictOn(
      'pd-split',
      evidenceOf({runs: [run({runId: `pd-${members.length}`, servers: [server({members})], trials, evidence})]}),
    );

  test('servers apart are told with the shares that were found, and the ratios that were not run stay open', () => {
    expect(split(pair(1, 1), [trial(8, 2), trial(60, 5)])).toMatchObject({
      outcome: 'inconclusive',
      reason:
        "Separate servers answered 1400 requests at 1:1, and 0 failed. Of a request's time prefill 8 % to 60 %, the transfer 2 % to 5 % and decode 35 % to 90 %, by lengths and load. Not run: 1:2, 2:3, 2:4 and 4:8, which takes more GPUs.",
      evidence: ['pd-3'],
    });
  });

  test('all ratios confirm it where the claimed share is among those found', () => {
    const ratios = [pair(1, 2), pair(2, 3), pair(2, 4), pair(4, 8)];
    const runs = ratios.map((members, index) =>
      run({runId: `r${index}`, servers: [server({members})], trials: [trial(8, 2), trial(60, 5)]}),
    );
    expect(verdictOn('pd-split', evidenceOf({runs})).outcome).toBe('confirmed');
    const beside = runs.map(one => ({...one, trials: [trial(8, 2)]}));
    expect(verdictOn('pd-split', evidenceOf({runs: beside})).outcome).toBe('inconclusive');
  });

  test('two servers between which no KV moves are none, and simulated ones settle nothing', () => {
    // As docker/stacks/sglang-two-process.yaml starts them.
    expect(split(pair(1, 1, ['--disaggregation-mode', 'null']), [trial(8, 2)]).outcome).toBe('not run');
    expect(split(pair(1, 1), [trial(8, 2)], 'simulated').outcome).toBe('not run');
  });
});

describe('kv-router', () => {
  const conversation = {kind: 'prefix', promptTokens: 2048, outputTokens: 64, turns: 5} as const;
  const routed = (
    policy: string,
    hits: readonly number[],
    changes: Partial<Trial> = {},
    workers: readonly Member['part'][] = ['replica', 'replica'],
  ) =>
    run({
      runId: policy,
      servers: [
        server({
          members: [
            ...workers.map((part, index) => member(`${part}-${index + 1}`, part, [])),
            member('router', 'router', ['python', '-m', 'sglang_router.launch_router', '--policy', policy]),
          ],
        }),
      ],
      trials: hits.map(byCounters =>
        exampleTrial({
          suite: 'conversations',
          workload: conversation,
          prefixHits: {byRequests: 0.1, byCounters},
          ...changes,
        }),
      ),
    });
  const verdict = (...runs: ReturnType<typeof routed>[]) => verdictOn('kv-router', evidenceOf({runs}));
  const [blind, aware] = [routed('round_robin', [0.4, 0.41, 0.42]), routed('cache_aware', [0.7, 0.71, 0.72])];

  test('more of the prompts in a cache at every stage confirms it, and no more of them refutes it', () => {
    expect(verdict(blind, aware, routed('manual', [0.6, 0.6, 0.6]))).toMatchObject({
      outcome: 'confirmed',
      reason:
        'Prompt tokens found in a cache: conversations: 70 % to 72 % with cache_aware, 40 % to 42 % with round_robin; conversations: 60 % with manual, 40 % to 42 % with round_robin.',
      evidence: ['round_robin', 'cache_aware', 'manual'],
    });
    expect(verdict(blind, routed('cache_aware', [0.4, 0.39, 0.4])).outcome).toBe('refuted');
  });

  test.each([
    ['overlap', routed('cache_aware', [0.41, 0.6, 0.7])],
    ['are too few', routed('cache_aware', [0.7, 0.71])],
  ])('it is open where the trials %s', (_, other) => {
    expect(verdict(blind, other).outcome).toBe('inconclusive');
  });

  test('other work, other servers, one kind of routing and sessions of one request say nothing', () => {
    expect(verdict(aware).outcome).toBe('not run');
    expect(verdict(routed('round_robin', [0.4, 0.4, 0.4], {}, ['prefill', 'decode']), aware).outcome).toBe('not run');
    expect(verdict(blind, routed('cache_aware', [0.7, 0.7, 0.7], {suite: 'revisits'})).outcome).toBe('not run');
    const single = {workload: {kind: 'chat', promptTokens: 2048, outputTokens: 32} as const};
    expect(verdict(routed('random', [0.4, 0.4, 0.4], single), routed('manual', [0.4, 0.4, 0.4], single)).outcome).toBe(
      'not run',
    );
    const inTurn = {kind: 'revisit', promptTokens: 4096, outputTokens: 16, contexts: 44, visits: 2} as const;
    const revisits = (policy: string, hits: number[], workload: Trial['workload'] = inTurn) =>
      routed(policy, hits, {workload});
    const knows = revisits('cache_aware', [0.4, 0.4, 0.4]);
    expect(verdict(revisits('round_robin', [0.3, 0.3, 0.3]), knows).outcome).toBe('not run');
    expect(verdict(revisits('random', [0.3, 0.3, 0.3]), knows).outcome).toBe('confirmed');
    const mixed = {...inTurn, order: 'mixed'} as const;
    const blindly = revisits('random', [0.3, 0.3, 0.3], mixed);
    expect(verdict(blindly, revisits('manual', [0.3, 0.2, 0.3], mixed)).outcome).toBe('not run');
    const mixedToo = revisits('cache_aware', [0.4, 0.4, 0.4], mixed);
    expect(verdict(revisits('round_robin', [0.3, 0.3, 0.3], mixed), mixedToo).outcome).toBe('confirmed');
  });
});

describe('page-size', () => {
  const conversation = {kind: 'prefix', promptTokens: 2048, outputTokens: 128, turns: 4} as const;
  const between = (from: number, to: number, difference: 'better' | 'worse' | 'none', pairs = 8) => {
    const of = decided({metric: 'outputTokensPerSecond', workload: conversation, ratio: [0.97, 1.02, 1.07], pairs});
    const paged = (pageTokens: number) =>
      run({engine: sides.to, servers: [server({facts: {...server().facts, pageTokens}})]});
    const workloads = of.verdict.workloads.map(workload => ({
      ...workload,
      metrics: workload.metrics.map(metric => ({...metric, rank: 'primary' as const, difference})),
    }));
    const records = {baseline: paged(from), candidate: paged(to)};
    return verdictOn('page-size', evidenceOf({decisions: [{...of, verdict: {...of.verdict, workloads}, records}]}));
  };

  test('a decision between two page sizes settles it', () => {
    expect(between(1, 16, 'better')).toMatchObject({
      outcome: 'confirmed',
      reason: expect.stringContaining('pages of 16 tokens have 1.02 [0.97, 1.07] times'),
      evidence: ['decision'],
    });
    expect(between(1, 32, 'worse').outcome).toBe('refuted');
    expect(between(1, 16, 'none').outcome).toBe('inconclusive');
    expect(between(1, 16, 'better', 5).outcome).toBe('inconclusive');
    expect(between(16, 1, 'better').outcome).toBe('not run');
  });
});
