import {describe, expect, test} from 'vitest';
import {chatSample, embedSample} from './test-samples.ts';
import {eachTokenArrival, type Span, Throughput, windowOf} from './throughput.ts';

describe('the window', () => {
  test('is the steady part where there is one, and else the whole', () => {
    expect(windowOf({startMs: 10, endMs: 60}, {startMs: 0, endMs: 90})).toEqual({
      startMs: 10,
      endMs: 60,
      kind: 'steady',
    });
    expect(windowOf(null, {startMs: 50, endMs: 5000})).toEqual({startMs: 50, endMs: 5000, kind: 'whole'});
  });

  test('there is none where nothing was sent, and none of no length: a rate over it would be infinite', () => {
    expect(windowOf(null, null)).toBeNull();
    expect(windowOf(null, {startMs: 5, endMs: 5})).toBeNull();
  });
});

describe('rates', () => {
  const ratesOf = (samples: readonly Parameters<Throughput['add']>[0][], window: Span | null, streamed = true) => {
    const throughput = new Throughput(window, streamed);
    for (const sample of samples) throughput.add(sample);
    return throughput.numbers();
  };

  test("what arrives at the window's end counts and at its start does not, so that adjoining windows share nothing", () => {
    const answers = [1, 2, 3, 4].map(atMs => chatSample({endMs: atMs * 1000}));
    expect(ratesOf(answers, {startMs: 1000, endMs: 3000}).requestsPerSecond).toBe(1);
    expect(ratesOf(answers, {startMs: 3000, endMs: 4000}).requestsPerSecond).toBe(1);
  });

  test('requests count when they have ended', () => {
    const answers = [chatSample({endMs: 500}), chatSample({endMs: 1500})];
    expect(ratesOf(answers, {startMs: 0, endMs: 1000}).requestsPerSecond).toBe(1);
  });

  test('all items of a request arrive with its reply, which has no tokens', () => {
    expect(ratesOf([embedSample({items: 32})], {startMs: 0, endMs: 20}, false)).toEqual({
      requestsPerSecond: 50,
      itemsPerSecond: 1600,
      outputTokensPerSecond: null,
    });
    expect(ratesOf([embedSample({items: 32})], {startMs: 0, endMs: 19}, false).itemsPerSecond).toBe(0);
  });

  test('tokens count where their events lie: two of the four are in the window', () => {
    expect(ratesOf([chatSample()], {startMs: 60, endMs: 80})).toEqual({
      requestsPerSecond: 0,
      itemsPerSecond: null,
      outputTokensPerSecond: 100, // 2 tokens in 20 ms
    });
  });

  test('one request without a count leaves the token rate unknown', () => {
    const answers = [chatSample(), chatSample({outputTokens: null})];
    expect(ratesOf(answers, {startMs: 0, endMs: 100})).toMatchObject({
      requestsPerSecond: 20,
      outputTokensPerSecond: null,
    });
  });

  test('nothing is known without a window or an answer', () => {
    const nothing = {requestsPerSecond: null, itemsPerSecond: null, outputTokensPerSecond: null};
    expect(ratesOf([chatSample()], null)).toEqual(nothing);
    expect(ratesOf([], {startMs: 0, endMs: 100})).toEqual(nothing);
  });
});

describe('the tokens of an answer', () => {
  const arrivals = (...changes: Parameters<typeof chatSample>) => {
    const seen: [number, number][] = [];
    const placed = eachTokenArrival(chatSample(...changes), (atMs, amount) => seen.push([atMs, amount]));
    return placed ? seen : null;
  };

  test('are spread over the events where the server does not tell how many each brought', () => {
    expect(arrivals({tokenEventsMs: [50, 80], outputTokens: 6})).toEqual([
      [50, 3],
      [80, 3],
    ]);
  });

  test('are counted as told where it does', () => {
    expect(arrivals({tokenEventsMs: [50, 80], tokensPerEvent: [1, 5], outputTokens: 6})).toEqual([
      [50, 1],
      [80, 5],
    ]);
  });

  test('cannot be placed without a count or without an event', () => {
    expect(arrivals({outputTokens: null})).toBeNull();
    expect(arrivals({tokenEventsMs: [], outputTokens: 6})).toBeNull();
  });
});
