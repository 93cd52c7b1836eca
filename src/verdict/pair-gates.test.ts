import {describe, expect, test} from 'vitest';
import {exampleTrial} from '../records/test-run.ts';
import type {Trial} from '../schema/trial.ts';
import {pairFindings} from './pair-gates.ts';

const codes = (baseline: Partial<Trial>, candidate: Partial<Trial>) =>
  pairFindings({baseline: exampleTrial(baseline), candidate: exampleTrial(candidate)}).map(({code}) => code);

describe('two blocks of a pair', () => {
  test('that are equal have no findings', () => {
    expect(codes({}, {})).toEqual([]);
  });

  test('must have sent the same bytes', () => {
    expect(codes({}, {dataHash: 'f'.repeat(64)})).toEqual(['unequal-requests']);
  });

  test('must have been under the same load', () => {
    const {load} = exampleTrial();
    expect(codes({}, {load: {...load, requests: 99}})).toEqual(['unequal-load']);
  });

  test('may differ in mean output by 1 %, since throughput counts tokens', () => {
    const ok = {counts: {ok: 100, failed: 0}};
    expect(codes({...ok, outputTokens: 10_000}, {...ok, outputTokens: 10_100})).toEqual([]);
    expect(codes({...ok, outputTokens: 10_000}, {...ok, outputTokens: 10_101})).toEqual(['unequal-output']);
    expect(codes({...ok, outputTokens: 10_000}, {...ok, outputTokens: null})).toEqual([]);
  });
});
