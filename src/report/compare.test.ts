import {describe, expect, test} from 'vitest';
import {exampleEmbedTrial, exampleRecord, exampleTrial} from '../records/test-run.ts';
import type {RunRecord} from '../schema/record.ts';
import type {Trial} from '../schema/trial.ts';
import {compareRuns} from './compare.ts';

const lag = {code: 'client-lag', severity: 'void', message: '', hint: null} as const;
const trials = (...rates: number[]) =>
  rates.map((outputTokensPerSecond, index) => exampleTrial({index, repetition: index + 1, outputTokensPerSecond}));
const compared = (a: Trial[], b: Trial[]) => compareRuns(exampleRecord({trials: a}), exampleRecord({trials: b}));
const output = (comparison: ReturnType<typeof compared>) =>
  comparison.suites[0]?.measures.find(({key}) => key === 'output_tokens_per_second');

test('several repetitions are their median with the smallest and the largest', () => {
  expect(output(compared(trials(7124, 8438, 6523), trials(7900)))).toEqual({
    key: 'output_tokens_per_second',
    title: 'output',
    unit: 'tok/s',
    a: {median: 7124, min: 6523, max: 8438},
    b: {median: 7900, min: 7900, max: 7900},
    ratio: 7900 / 7124,
  });
});

describe('void trials', () => {
  test('are left out of the numbers where valid ones are there, and named', () => {
    const [first, second] = trials(7000, 1) as [Trial, Trial];
    const comparison = compared([first, {...second, findings: [lag]}], trials(7000));
    expect(output(comparison)).toMatchObject({a: {median: 7000, min: 7000, max: 7000}, ratio: 1});
    expect(comparison.suites[0]?.trials.a).toEqual({valid: 1, void: ['chat#2 (client-lag)']});
  });

  test('are shown where there is nothing else, without a ratio', () => {
    const comparison = compared(trials(7000), [exampleTrial({outputTokensPerSecond: 9000, findings: [lag]})]);
    expect(output(comparison)).toMatchObject({b: {median: 9000}, ratio: null});
    expect(comparison.suites[0]?.trials.b.valid).toBe(0);
  });
});

test('what one run did not measure has no ratio', () => {
  expect(output(compared(trials(7000), [exampleTrial({outputTokensPerSecond: null})]))).toMatchObject({
    b: null,
    ratio: null,
  });
  expect(output(compared(trials(0), trials(1)))).toMatchObject({ratio: null});
});

test('suites match by name, workload and load; the others are listed', () => {
  const other = exampleTrial({
    load: {mode: 'closed', concurrency: 8, requests: 700, durationSeconds: null, warmup: 32},
  });
  const {suites, only} = compared([exampleTrial(), exampleEmbedTrial()], [other, exampleEmbedTrial()]);
  expect(suites.map(({suite}) => suite)).toEqual(['embed']);
  expect(only).toEqual({
    a: ['chat (chat 512→128, closed 32, 700 requests)'],
    b: ['chat (chat 512→128, closed 8, 700 requests)'],
  });
});

describe('conditions', () => {
  const {engine, machine} = exampleRecord();

  test('that are equal are not listed; engines, ids and times may differ', () => {
    const b = exampleRecord({runId: 'b', startedAt: 'later', engine: {...engine, title: 'Other', version: '9'}});
    expect(compareRuns(exampleRecord(), b).differences).toEqual([]);
  });

  test('that differ are listed with both values', () => {
    const b = exampleRecord({
      seed: 2,
      evidence: 'simulated',
      machine: {...machine, hostname: 'bench-2', gpus: []},
      engine: {...engine, servers: engine.servers.map(server => ({...server, model: 'other-7b'}))},
      trials: [exampleTrial({dataHash: 'c'.repeat(64), cache: {reset: 'unsupported', canary: 'warm'}})],
    });
    expect(compareRuns(exampleRecord(), b).differences).toEqual([
      {condition: 'evidence', a: 'real', b: 'simulated'},
      {condition: 'seed', a: '1', b: '2'},
      {condition: 'models', a: 'chat example-1.5b', b: 'chat other-7b'},
      {condition: 'host', a: 'bench-1', b: 'bench-2'},
      {condition: 'GPUs', a: '1 × NVIDIA H100 80GB HBM3 (driver 580.65)', b: 'none'},
      {condition: 'data of chat', a: 'aaaaaaaa', b: 'cccccccc'},
      {condition: 'cache of chat', a: 'reset done, canary cold', b: 'reset unsupported, canary warm'},
    ]);
  });

  test('of a suite with another load under the same name are listed too', () => {
    const load = {mode: 'closed', concurrency: 8, requests: 700, durationSeconds: null, warmup: 0} as const;
    expect(compared([exampleTrial()], [exampleTrial({load})]).differences).toEqual([
      {condition: 'load of chat', a: 'closed 32, 700 requests', b: 'closed 8, 700 requests'},
      {condition: 'warm-up of chat', a: '32 requests', b: '0 requests'},
    ]);
  });
});

test('page size, KV pool and arguments of servers are conditions where both records tell them', () => {
  const {engine} = exampleRecord();
  const [server] = engine.servers;
  if (server === undefined) throw new Error('the example has a server');
  const run = (command: string[] | null, facts: Partial<typeof server.facts>) =>
    exampleRecord({engine: {...engine, servers: [{...server, command, facts: {...server.facts, ...facts}}]}});
  const differing = (a: RunRecord, b: RunRecord) =>
    compareRuns(a, b).differences.map(({condition, a: one, b: other}) => [condition, one, other]);
  const a = run(['serve', '--seed', '1'], {pageTokens: 16, kvTokens: 1000});
  expect(differing(a, run(['serve', '--seed', '2'], {pageTokens: 1, kvTokens: 2000}))).toEqual([
    [`page size of ${server.role}, tokens`, '16', '1'],
    [`KV pool of ${server.role}, tokens`, '1000', '2000'],
    [`arguments of ${server.role}`, 'serve --seed 1', 'serve --seed 2'],
  ]);
  expect(differing(a, run(null, {pageTokens: null, kvTokens: null}))).toEqual([]);
});
