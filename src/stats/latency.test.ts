import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {e2eMs, Latencies, tokenGapsMs, tpotMs, ttftMs} from './latency.ts';
import {chatSample, embedSample} from './test-samples.ts';

describe('what latencies count from', () => {
  test('open loop counts from the planned time, so that waiting to send is part of it', () => {
    expect(ttftMs(chatSample(), 'scheduled')).toBe(55);
    expect(e2eMs(chatSample(), 'scheduled')).toBe(85);
  });

  test('closed loop counts from the send', () => {
    expect(ttftMs(chatSample(), 'sent')).toBe(50);
    expect(e2eMs(chatSample(), 'sent')).toBe(80);
  });

  test('without a planned time there is nothing to count from', () => {
    expect(ttftMs(chatSample({scheduledMs: null}), 'scheduled')).toBeNull();
  });
});

describe('what latencies end at', () => {
  test('TTFT ends at the first token, not at the role delta before it', () => {
    expect(ttftMs(chatSample({firstChunkMs: 10}), 'sent')).toBe(50);
  });

  test('a stream ends at its last token, not at the usage chunk after it', () => {
    expect(e2eMs(chatSample({endMs: 500}), 'sent')).toBe(80);
  });

  test('a whole reply ends when it is complete and has no first token', () => {
    expect(e2eMs(embedSample(), 'sent')).toBe(20);
    expect(ttftMs(embedSample(), 'sent')).toBeNull();
  });
});

describe('time per output token', () => {
  test('four tokens over 30 ms are 10 ms each after the first', () => {
    expect(tpotMs(chatSample())).toBe(10);
  });

  test('it counts by the tokens of the server: 7 tokens in the same 4 events are 5 ms each', () => {
    expect(tpotMs(chatSample({outputTokens: 7}))).toBe(5);
  });

  test('one token has none, and neither has an unknown number', () => {
    expect(tpotMs(chatSample({outputTokens: 1}))).toBeNull();
    expect(tpotMs(chatSample({outputTokens: null}))).toBeNull();
  });
});

test('the latencies of a trial are those that its requests have, from either start', () => {
  const samples = [chatSample(), chatSample({scheduledMs: null, firstTokenMs: null})];
  const both = (['scheduled', 'sent'] as const).map(from => {
    const latencies = new Latencies(from);
    for (const sample of samples) latencies.add(sample);
    return latencies.summarise();
  });
  expect(both).toMatchObject([
    {ttftMs: {n: 1, mean: 55}, e2eMs: {n: 1, mean: 85}},
    {ttftMs: {n: 1, mean: 50}, e2eMs: {n: 2, mean: 80}},
  ]);
  expect(new Latencies('sent').summarise()).toEqual({ttftMs: null, e2eMs: null});
});

describe('gaps between tokens', () => {
  test('four events have three gaps', () => {
    expect(tokenGapsMs(chatSample({tokenEventsMs: [50, 60, 75, 80]}))).toEqual([10, 15, 5]);
  });

  test('a gap that brought three tokens is three gaps of a third', () => {
    expect(tokenGapsMs(chatSample({tokenEventsMs: [50, 80, 90], tokensPerEvent: [1, 3, 1]}))).toEqual([10, 10, 10, 10]);
  });

  test('the first event has no gap before it, however many tokens it brings', () => {
    expect(tokenGapsMs(chatSample({tokenEventsMs: [50, 60], tokensPerEvent: [2, 1]}))).toEqual([10]);
  });

  test('an event without a token of its own leaves its time to the next', () => {
    expect(tokenGapsMs(chatSample({tokenEventsMs: [50, 60, 70], tokensPerEvent: [1, 0, 1]}))).toEqual([20]);
  });

  test('one event has no gap', () => {
    expect(tokenGapsMs(chatSample({tokenEventsMs: [50]}))).toEqual([]);
  });

  test('gaps add up to the time from the first event to the last, however tokens are spread', () => {
    const events = fc.array(fc.record({gap: fc.nat(1000), tokens: fc.integer({min: 1, max: 9})}), {minLength: 1});
    fc.assert(
      fc.property(events, given => {
        let atMs = 0;
        const tokenEventsMs = given.map(({gap}) => (atMs += gap));
        const tokensPerEvent = given.map(({tokens}) => tokens);
        const sum = tokenGapsMs(chatSample({tokenEventsMs, tokensPerEvent})).reduce((a, b) => a + b, 0);
        expect(sum).toBeCloseTo(atMs - (tokenEventsMs[0] ?? 0), 6);
      }),
    );
  });
});
