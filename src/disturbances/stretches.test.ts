import {expect, test} from 'vitest';
import {chatSampleAt, failedSample} from '../stats/test-samples.ts';
import {Stretches} from './stretches.ts';

test('requests are told apart by what they had to do with it, and tokens by when they came', () => {
  // Each was due 5 ms before it was sent, has its last token 80 ms after that, and ends 1 ms later.
  const stretches = new Stretches({startMs: 1000, settledMs: 2000}, 'scheduled');
  stretches.add(chatSampleAt(100)); // over before it
  stretches.add(chatSampleAt(900, {lastTokenMs: 985, endMs: 990})); // the slowest of before: 90 ms
  stretches.add(chatSampleAt(950)); // on its way when it began: two tokens at 1000 and 1010 and more
  stretches.add(chatSampleAt(1500, {lastTokenMs: 1900, endMs: 1901})); // delayed: 405 ms
  stretches.add(failedSample('disconnect', 'gone', {scheduledMs: 1600, sentMs: 1601, endMs: 1610}));
  stretches.add(chatSampleAt(2004, {scheduledMs: 1999})); // due a moment before it was over
  stretches.add(chatSampleAt(2100, {cachedPromptTokens: null}));
  const {before, during, after, delayedBeyondMs} = stretches.result();

  expect(delayedBeyondMs).toBe(90);
  expect(before).toMatchObject({startMs: 0, endMs: 1000, ok: 2, failed: 0, delayed: 0, ttftP50Ms: 55, e2eMaxMs: 90});
  expect(during).toMatchObject({startMs: 1000, endMs: 2000, ok: 3, failed: 1, delayed: 1, e2eMaxMs: 405});
  expect(after).toMatchObject({startMs: 2000, endMs: 2181, ok: 1, failed: 0, delayed: 0});
  // 4 + 4 tokens came before 1000 ms; 4 of the one on its way (at 1000, 1010, 1020, 1030) and 4 of the delayed one within the second.
  expect(before.outputTokensPerSecond).toBe(8);
  expect(during.outputTokensPerSecond).toBe(8);
  expect(after.outputTokensPerSecond).toBeCloseTo(8 / 0.181);
  expect(before.promptTokens).toBe(200);
  expect(after.cachedPromptTokens).toBeNull();
});

test('what nobody told is null, and nothing is delayed where nothing is known of before', () => {
  const stretches = new Stretches({startMs: 0, settledMs: 0}, 'sent');
  stretches.add(chatSampleAt(10));
  const {before, during, after, delayedBeyondMs} = stretches.result();
  expect(delayedBeyondMs).toBeNull();
  expect(before).toMatchObject({ok: 0, delayed: null, ttftP50Ms: null, e2eMaxMs: null, outputTokensPerSecond: null});
  expect(during).toMatchObject({ok: 0, promptTokens: null});
  expect(after).toMatchObject({ok: 1, delayed: null, ttftP50Ms: 50});
});

test('with a hundred requests before, a delay is what is beyond their P99', () => {
  const stretches = new Stretches({startMs: 100_000, settledMs: 101_000}, 'sent');
  // E2E of 1 to 101 ms: the P99 lies at rank 99 of 0…100.
  for (let index = 0; index < 101; index += 1)
    stretches.add(chatSampleAt(index, {lastTokenMs: index + index + 1, endMs: 500}));
  expect(stretches.result().delayedBeyondMs).toBe(100);
});
