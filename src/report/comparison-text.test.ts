import {expect, test} from 'vitest';
import {exampleEmbedTrial, exampleRecord, exampleTrial} from '../records/test-run.ts';
import type {RunRecord} from '../schema/record.ts';
import {compareRuns} from './compare.ts';
import {comparisonText} from './comparison-text.ts';

const compared = (a: Partial<RunRecord>, b: Partial<RunRecord>) =>
  comparisonText(compareRuns(exampleRecord(a), exampleRecord({runId: 'run-b', ...b})));
const lag = {code: 'client-lag', severity: 'void', message: '', hint: null} as const;

test('two runs: what differs, the numbers, what stands behind them, and that it is no verdict', () => {
  const repeated = [7124, 8438, 6523].map((outputTokensPerSecond, index) =>
    exampleTrial({repetition: index + 1, outputTokensPerSecond}),
  );
  expect(
    compared(
      {trials: [...repeated, exampleEmbedTrial()]},
      {seed: 2, trials: [exampleTrial({outputTokensPerSecond: 7900})]},
    ),
  ).toBe(`\
A  2026-11-21T1512-example-k3f9  Example engine 1.2.3  real  complete
B  run-b                         Example engine 1.2.3  real  complete

Conditions that differ. Numbers under unequal conditions do not compare:
        A  B
  seed  1  2

chat: chat 512→128, closed 32, 700 requests
                                   A     B   B/A
  requests  req/s               55.7  55.7  1.00
  output    tok/s  7124 (6523..8438)  7900  1.11
  TTFT p50  ms                  45.3  45.3  1.00
  TTFT p99  ms                  90.1  90.1  1.00
  ITL p50   ms                  7.50  7.50  1.00
  E2E p50   ms                  1051  1051  1.00
  cached    %                   25.0  25.0  1.00
  A: 3 valid trials
  B: 1 valid trial

Only in A: embed (embed 8 × 128, closed 32, 700 requests)

This describes two runs and is not a verdict. One run proves neither engine faster: three identical ones gave 7124, 8438 and 6523 tokens/s.
`);
});

test('equal conditions are said to be so', () => {
  expect(compared({}, {})).toContain('Conditions: equal as far as the records tell.');
});

test('numbers of void trials are marked in every cell', () => {
  const text = compared({}, {trials: [exampleTrial({findings: [lag]})]});
  expect(text).toMatch(/output +tok\/s +7124 +7124 VOID +-/);
  expect(text).toContain('B: 0 valid trials, VOID: chat#1 (client-lag); its numbers are shown and must not be used');
});

test('simulated evidence on either side closes with what it is', () => {
  expect(compared({}, {evidence: 'simulated'})).toMatch(/Simulated evidence: says nothing about a real engine\.\n$/);
});

test('runs without a common suite say so', () => {
  expect(compared({}, {trials: [exampleEmbedTrial()]})).toContain(
    'No suite is in both runs with the same workload and load.',
  );
});

test('where answers were judged, only their speed is no verdict', () => {
  const comparison = compareRuns(exampleRecord(), exampleRecord({runId: 'run-b'}));
  const closing = (changed: Partial<typeof comparison>) =>
    comparisonText({...comparison, ...changed}).match(/^.*describes two runs/m)?.[0];
  expect(closing({})).toBe('This describes two runs');
  const dropIn = {verdict: 'drop-in', fields: [], questions: 1} as const;
  expect(closing({dropIn})).toBe('Of speed this describes two runs');
  const parity = {questions: {a: 1, b: 1, both: 1}, measures: []};
  expect(closing({parity})).toBe('Of speed this describes two runs');
});

test('what a server or a user wrote cannot colour or break lines', () => {
  const suite = '\u001b[31mred\nline';
  const {engine} = exampleRecord();
  const text = compared(
    {engine: {...engine, title: suite}, trials: [exampleTrial({suite})]},
    {trials: [exampleTrial({suite, findings: [lag]})]},
  );
  expect(text).toContain('red line: chat 512→128');
  expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
});
