import {describe, expect, test} from 'vitest';
import {joinPrompts, PromptTally, prefixHits} from './prefix-hits.ts';
import {chatSample, failedSample} from './test-samples.ts';

const reading = (prefixQueriesTotal: number | null, prefixHitsTotal: number | null) => ({
  ...{runningRequests: 0, waitingRequests: 0, kvUsage: 0, promptTokensTotal: 0, generationTokensTotal: 0},
  prefixQueriesTotal,
  prefixHitsTotal,
});
const sums = {promptTokens: 400, cachedPromptTokens: 100, untold: 0};

describe('prompt tokens are summed', () => {
  test('over all requests, failed ones too where they tell', () => {
    const tally = new PromptTally();
    tally.add(chatSample({promptTokens: 100, cachedPromptTokens: 16}));
    tally.add(chatSample({promptTokens: 50, cachedPromptTokens: 0}));
    tally.add(failedSample('timeout', 'late', {promptTokens: 10, cachedPromptTokens: 4}));
    tally.add(failedSample('connect', 'refused', {promptTokens: null, cachedPromptTokens: null}));
    expect(tally.sums).toEqual({promptTokens: 160, cachedPromptTokens: 20, untold: 0});
  });

  test('and an answer that does not tell is counted', () => {
    const tally = new PromptTally();
    tally.add(chatSample({promptTokens: 100, cachedPromptTokens: null}));
    expect(tally.sums).toEqual({promptTokens: 0, cachedPromptTokens: 0, untold: 1});
  });

  test('and the sums of parts add up', () => {
    expect(joinPrompts([sums, {promptTokens: 1, cachedPromptTokens: 2, untold: 3}])).toEqual({
      promptTokens: 401,
      cachedPromptTokens: 102,
      untold: 3,
    });
  });
});

describe('the share of prompts in the cache', () => {
  test('is by requests and by the growth of the counters', () => {
    expect(prefixHits(sums, reading(1000, 500), reading(1400, 604))).toEqual({byRequests: 0.25, byCounters: 0.26});
  });

  test.each([
    [
      'one answer did not tell',
      {...sums, untold: 1},
      reading(0, 0),
      reading(400, 100),
      {byRequests: null, byCounters: 0.25},
    ],
    [
      'the server has no counters',
      sums,
      reading(null, null),
      reading(null, null),
      {byRequests: 0.25, byCounters: null},
    ],
    ['there was no reading', sums, null, reading(400, 100), {byRequests: 0.25, byCounters: null}],
    [
      'the server was started anew meanwhile',
      sums,
      reading(900, 10),
      reading(400, 100),
      {byRequests: 0.25, byCounters: null},
    ],
    ['nothing was asked', {...sums, promptTokens: 0, cachedPromptTokens: 0}, reading(5, 5), reading(5, 5), null],
  ] as const)('is not known where %s', (_, all, before, after, hits) => {
    expect(prefixHits(all, before, after)).toEqual(hits);
  });
});
