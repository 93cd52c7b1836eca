import {describe, expect, test} from 'vitest';
import type {OkSample} from '../schema/sample.ts';
import {type Calibration, calibrations} from './calibration.ts';
import {replay} from './replay.ts';

/** A step takes 10 ms whatever is in it, a batch 10 ms; the way in takes 5 ms and blocks nobody. */
const way = {overheadMs: 5, frontEndMsPerItem: 0, frontEndMsPerToken: 0};
const pass = {
  graphTokens: 0,
  graphedPassMs: 10,
  eagerPassMs: 10,
  msPerToken: 0,
  maxBatchedTokens: 8192,
  contextTokens: 512,
};
const byHand: Calibration = {
  ...calibrations.sglang,
  chat: {
    ...calibrations.sglang.chat,
    ...way,
    ...pass,
    stepBaseMs: 10,
    decodeMsPerSequence: 0,
    decodeMsPerKvToken: 0,
    jitterSigma: 0,
  },
  embed: {...way, ...pass},
};

const recorded = (index: number, changes: Partial<OkSample> = {}): OkSample => ({
  outcome: 'ok',
  trial: 0,
  index,
  id: `r${index}`,
  kind: 'chat',
  session: `s${index}`,
  turn: 1,
  items: 1,
  scheduledMs: null,
  sentMs: 0,
  firstByteMs: 1,
  firstChunkMs: 2,
  firstTokenMs: 3,
  lastTokenMs: 4,
  endMs: 5,
  tokenEventsMs: [3, 4],
  tokensPerEvent: [1, 2],
  promptTokens: 100,
  outputTokens: 3,
  cachedPromptTokens: 0,
  finishReason: 'length',
  replyBytes: 1000,
  ...changes,
});

describe('a chat', () => {
  test('is sent when it was and answered as the constants say', () => {
    const [sample] = replay({concurrency: 1, repetitions: [[recorded(0, {sentMs: 7})]]}, byHand, 'sglang');
    expect(sample).toMatchObject({
      id: 'r0',
      sentMs: 7,
      firstTokenMs: 22, // 7 + 5 + 10
      tokenEventsMs: [22, 32, 42],
      tokensPerEvent: null,
      lastTokenMs: 42,
      endMs: 42,
    });
  });

  test('follows the one before it at once, in the order in which they were sent', () => {
    const samples = [recorded(1), recorded(0, {outputTokens: 1})];
    const replayed = replay({concurrency: 1, repetitions: [samples]}, byHand, 'sglang');
    expect(replayed.map(({id, sentMs, endMs}) => [id, sentMs, endMs])).toEqual([
      ['r0', 0, 15],
      ['r1', 15, 50],
    ]);
  });

  test('runs beside others, as many as ran at once', () => {
    const samples = [0, 1, 2].map(index => recorded(index));
    const replayed = replay({concurrency: 2, repetitions: [samples]}, byHand, 'sglang');
    expect(replayed.map(({sentMs, endMs}) => [sentMs, endMs])).toEqual([
      [0, 35],
      [0, 35],
      [35, 70],
    ]);
  });
});

test('a conversation finds in the cache what the real engine found there', () => {
  // Three tokens a millisecond of prefill: the second turn has 300 that are not cached.
  const slow = {...byHand, chat: {...byHand.chat, stepBaseMs: 0, msPerToken: 1 / 3, eagerPassMs: 0}};
  const turns = [
    recorded(0, {session: 's', turn: 1, promptTokens: 600, outputTokens: 1}),
    recorded(1, {session: 's', turn: 2, promptTokens: 900, cachedPromptTokens: 600, outputTokens: 1}),
  ];
  const [first, second] = replay({concurrency: 1, repetitions: [turns]}, slow, 'sglang');
  expect(first?.endMs).toBeCloseTo(5 + 200, 9);
  expect((second?.endMs ?? 0) - (second?.sentMs ?? 0)).toBeCloseTo(5 + 100, 9);
});

test('texts are embedded, and what was not streamed has no tokens', () => {
  const embedding = recorded(0, {kind: 'embed', items: 4, promptTokens: 400, outputTokens: null, tokenEventsMs: []});
  const [sample] = replay({concurrency: 1, repetitions: [[embedding]]}, byHand, 'sglang');
  expect(sample).toMatchObject({sentMs: 0, endMs: 15, firstTokenMs: null, lastTokenMs: null, tokenEventsMs: []});
});

test('only the first repetition is played, and nothing is when there is none', () => {
  expect(replay({concurrency: 1, repetitions: [[recorded(0)], [recorded(1)]]}, byHand, 'vllm')).toHaveLength(1);
  expect(replay({concurrency: 4, repetitions: []}, byHand, 'vllm')).toEqual([]);
});
