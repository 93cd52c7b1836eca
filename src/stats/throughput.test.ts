import {describe, expect, test} from 'vitest';
import {chatSample, chatSampleAt, embedSample, failedSample} from './test-samples.ts';
import {itemArrivals, perSecond, requestArrivals, tokenArrivals, wholeSpan, windowOf} from './throughput.ts';

describe('the window', () => {
  test('without a steady part it reaches from the first send to the last end, failed requests included', () => {
    const samples = [chatSampleAt(100), chatSampleAt(200), failedSample('timeout', 'late', {sentMs: 50, endMs: 5000})];
    expect(wholeSpan(samples)).toEqual({startMs: 50, endMs: 5000});
    expect(windowOf(samples, null)).toEqual({startMs: 50, endMs: 5000, kind: 'whole'});
  });

  test('the steady part is taken where there is one', () => {
    expect(windowOf([chatSample()], {startMs: 10, endMs: 60})).toEqual({startMs: 10, endMs: 60, kind: 'steady'});
  });

  test('there is none where nothing succeeded, even with a steady part', () => {
    expect(windowOf([failedSample('connect', 'refused')], {startMs: 0, endMs: 1})).toBeNull();
    expect(windowOf([], null)).toBeNull();
  });

  test('a span of no length is no window: a rate over it would be infinite', () => {
    expect(windowOf([chatSample({sentMs: 5, endMs: 5})], null)).toBeNull();
  });
});

describe('rates', () => {
  test("what arrives at the window's end counts and at its start does not, so that adjoining windows share nothing", () => {
    const arrivals = [1, 2, 3, 4].map(atMs => ({atMs: atMs * 1000, amount: 1}));
    expect(perSecond(arrivals, {startMs: 1000, endMs: 3000})).toBe(1);
    expect(perSecond(arrivals, {startMs: 3000, endMs: 4000})).toBe(1);
  });

  test('requests count when they have ended', () => {
    expect(
      perSecond(requestArrivals([chatSample({endMs: 500}), chatSample({endMs: 1500})]), {startMs: 0, endMs: 1000}),
    ).toBe(1);
  });

  test('all items of a request arrive with its reply', () => {
    expect(itemArrivals([embedSample({items: 32})])).toEqual([{atMs: 20, amount: 32}]);
  });

  test('tokens count where their events lie: two of the four are in the window', () => {
    const tokens = tokenArrivals([chatSample()]) ?? [];
    expect(perSecond(tokens, {startMs: 60, endMs: 80})).toBe(100); // 2 tokens in 20 ms
  });

  test('tokens are spread over the events where the server does not tell how many each brought', () => {
    expect(tokenArrivals([chatSample({tokenEventsMs: [50, 80], outputTokens: 6})])).toEqual([
      {atMs: 50, amount: 3},
      {atMs: 80, amount: 3},
    ]);
  });

  test('and counted as told where it does', () => {
    expect(tokenArrivals([chatSample({tokenEventsMs: [50, 80], tokensPerEvent: [1, 5], outputTokens: 6})])).toEqual([
      {atMs: 50, amount: 1},
      {atMs: 80, amount: 5},
    ]);
  });

  test('one request without a count leaves the token rate unknown', () => {
    expect(tokenArrivals([chatSample(), chatSample({outputTokens: null})])).toBeNull();
  });
});
