import {describe, expect, test} from 'vitest';
import {exampleEmbedTrial, exampleTrial} from '../records/test-run.ts';
import {columns, tableColumns, voidCodes} from './columns.ts';

const keys = columns.map(({key}) => key);
const read = (key: string, trial = exampleTrial()) => columns.find(column => column.key === key)?.read(trial);

test('every column has a key of its own', () => {
  expect(new Set(keys).size).toBe(keys.length);
});

test('milliseconds are in the key of every column that has them', () => {
  for (const {key, unit} of columns) expect(key.includes('_ms')).toBe(unit === 'ms');
});

test('a quarter of the prompt tokens from the cache is 25 %', () => {
  expect(read('cached_percent')).toBe(25);
});

describe('what was not measured or told is null and never 0', () => {
  test.each(['cached_percent', 'ttft_p50_ms', 'itl_max_ms', 'output_tokens_per_second', 'schedule_lag_p99_ms', 'void'])(
    '%s of an embedding trial',
    key => {
      expect(read(key, exampleEmbedTrial())).toBeNull();
    },
  );

  test('a P99 that too few requests certify', () => {
    expect(read('e2e_p99_ms', exampleEmbedTrial())).toBeNull();
  });

  test('a cached share of no prompt tokens', () => {
    expect(read('cached_percent', exampleTrial({promptTokens: 0, cachedPromptTokens: 0}))).toBeNull();
  });
});

test('a void trial names every reason', () => {
  const finding = {severity: 'void', message: '', hint: null} as const;
  const trial = exampleTrial({
    findings: [
      {...finding, code: 'client-lag'},
      {...finding, code: 'p99-not-certified', severity: 'note'},
      {...finding, code: 'errors'},
    ],
  });
  expect(voidCodes(trial)).toBe('client-lag errors');
});

test('hits are of all prompts by the counters, beside what the replies say', () => {
  const trial = exampleTrial({prefixHits: {byRequests: 0.5, byCounters: 0.25}});
  expect(read('prefix_hits_percent', trial)).toBe(25);
  expect(read('prefix_hits_by_requests_percent', trial)).toBe(50);
});

describe('the tables', () => {
  const titles = (...trials: Parameters<typeof tableColumns>[0]) => tableColumns(trials).map(({title}) => title);

  test('show tokens for chat', () => {
    expect(titles(exampleTrial())).toEqual([
      'suite',
      'rep',
      'ok',
      'failed',
      'requests',
      'output',
      'TTFT p50',
      'TTFT p99',
      'ITL p50',
      'E2E p50',
      'cached',
      'void',
    ]);
  });

  test('show hits where a server counts them', () => {
    expect(titles(exampleTrial({prefixHits: {byRequests: 0.5, byCounters: null}}))).not.toContain('hits');
    expect(titles(exampleTrial({prefixHits: {byRequests: 0.5, byCounters: 0.25}}))).toContain('hits');
  });

  test('show items for embeddings', () => {
    expect(titles(exampleEmbedTrial())).toEqual([
      'suite',
      'rep',
      'batch',
      'ok',
      'failed',
      'requests',
      'items',
      'E2E p50',
      'void',
    ]);
  });

  test('show both where a run has both', () => {
    expect(titles(exampleTrial(), exampleEmbedTrial())).toHaveLength(14);
  });
});
