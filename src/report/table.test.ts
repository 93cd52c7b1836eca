import {describe, expect, test} from 'vitest';
import {exampleEmbedTrial, exampleRecord, exampleTrial} from '../records/test-run.ts';
import {renderTable} from './table.ts';

const hostile = '\u001b[31mred\u001b[0m\nnew | line\u0007';
const lag = {code: 'client-lag', severity: 'void', message: 'lagged 7.3 ms', hint: 'Stop other programs.'} as const;

test('a run of one sound trial', () => {
  expect(renderTable(exampleRecord())).toBe(`\
run       2026-11-21T1512-example-k3f9 (complete)
engine    Example engine 1.2.3
evidence  real
stack     runtime attach
models    chat example-1.5b
machine   1 × NVIDIA H100 80GB HBM3 (driver 580.65), Example CPU, 16 cores, 128 GiB, Linux 6.8, Node v24.21.0, load 0.120
data      seed 1, sha256 bbbbbbbbbbbb
client    adds 0.200 ms (p50) and 0.100 ms of CPU to a request that costs the server nothing

suite  rep   ok  failed  requests  output  TTFT p50  TTFT p99  ITL p50  E2E p50  cached  void
                            req/s   tok/s        ms        ms       ms       ms       %
chat     1  700       0      55.7    7124      45.3      90.1     7.50     1051    25.0
`);
});

test('what was not measured is a dash', () => {
  const line = renderTable(exampleRecord({trials: [exampleTrial({ttftMs: null, cachedPromptTokens: null})]}))
    .split('\n')
    .at(-2);
  expect(line?.split(/ {2,}/)).toEqual(['chat', '1', '700', '0', '55.7', '7124', '-', '-', '7.50', '1051', '-']);
});

test('a void trial is shown, marked and explained once', () => {
  const table = renderTable(exampleRecord({trials: [exampleTrial(), exampleEmbedTrial({findings: [lag]})]}));
  expect(table).toMatch(/^embed +1 .* client-lag$/m);
  expect(table).toMatch(/\nVOID client-lag\n {2}embed#1: lagged 7\.3 ms\n {2}fix: Stop other programs\.\n$/);
});

test('simulated evidence says plainly that it is', () => {
  expect(renderTable(exampleRecord({evidence: 'simulated'}))).toContain(
    'Simulated evidence: says nothing about a real engine.',
  );
});

test('a run without a trial says so', () => {
  expect(renderTable(exampleRecord({trials: []}))).toMatch(/\nNo trial has ended\.\n$/);
});

test('a run whose harness died says that what is there is whole', () => {
  expect(renderTable(exampleRecord({status: 'running'}))).toContain('running, or its harness died');
});

describe('what a server or a user wrote', () => {
  const {engine} = exampleRecord();
  const record = exampleRecord({
    engine: {...engine, version: hostile, servers: engine.servers.map(server => ({...server, model: hostile}))},
    failure: {code: 'ENGINE_DIED', message: hostile},
    trials: [exampleTrial({suite: hostile, findings: [{...lag, message: hostile, code: hostile, hint: hostile}]})],
  });

  test('cannot colour, ring or break lines in a terminal', () => {
    const table = renderTable(record);
    expect(table).toContain('red new | line');
    expect(table.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    expect(table.split('\n')).toHaveLength(8 + 1 + 3 + 1 + 3 + 1); // facts, table, finding and the blank lines
  });
});
