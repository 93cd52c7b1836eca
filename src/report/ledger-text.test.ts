import {expect, test} from 'vitest';
import type {ClaimVerdict} from '../schema/claim.ts';
import {ledgerTables} from './ledger-tables.ts';
import {type LedgerEntry, ledgerText} from './ledger-text.ts';

const entry = (id: string, changes: Partial<ClaimVerdict> = {}): LedgerEntry => ({
  claim: {
    id,
    seeds: ['000'],
    claim: 'It is faster.',
    workload: 'chat',
    metric: 'TTFT p50',
    direction: 'lower',
    size: 0.9,
    hardware: null,
    measuredBy: 'pairs',
    settledBy: 'an interval',
  },
  verdict: {
    ...{id, outcome: 'confirmed', reason: 'By 0.8 [0.7, 0.85].', morePairs: null, evidence: ['a-run'], nearest: null},
    ...changes,
  },
});

const counts = {runs: 3, decisions: 1, simulated: 0};

test('the ledger has a group for each outcome that occurs, settled ones first', () => {
  const entries = [entry('slow', {outcome: 'not run', reason: 'Nothing.', evidence: []}), entry('fast')];
  expect(ledgerText(entries, counts)).toBe(
    [
      '2 claims, by 3 runs and 1 decision of real engines',
      '',
      'CONFIRMED (1)',
      '',
      '  fast (seed 000)',
      '    It is faster.',
      '    → By 0.8 [0.7, 0.85].',
      '    Evidence: a-run',
      '',
      'NOT RUN (1)',
      '',
      '  slow (seed 000)',
      '    It is faster.',
      '    → Nothing.',
      '',
    ].join('\n'),
  );
});

test('no line is longer than 100 columns, and nothing of a long reason is cut', () => {
  const words = Array.from({length: 200}, (_, place) => `word${place}`).join(' ');
  const evidence = ['1', '2', '3', '4', '5', '6'].map(number => `2026-11-22T000${number}-engine-abcd`);
  const text = ledgerText([entry('long', {reason: words, nearest: words, morePairs: 7, evidence})], counts);
  expect(Math.max(...text.split('\n').map(line => line.length))).toBeLessThanOrEqual(100);
  expect(text.replaceAll(/\s+/g, ' ')).toContain(`→ ${words} → Nearest: ${words} → To settle it: 7 more pairs.`);
  expect(text).toContain('and 2 more');
});

test('what a server said moves no cursor and is no markup', () => {
  const entries = [entry('odd', {reason: 'HTTP 400: \u001b[2J| <b> `x`'})];
  expect(ledgerText(entries, counts)).toContain('→ HTTP 400: | <b> `x`');
  expect(ledgerTables(entries)).toContain('HTTP 400: \\| \\<b\\> \\`x\\`');
});

test('simulated runs are counted and named as left out', () => {
  expect(ledgerText([entry('fast')], {...counts, simulated: 2})).toContain(
    'of real engines\n2 simulated runs left out: simulated is no evidence about an engine\n',
  );
});
