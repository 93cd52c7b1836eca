import {describe, expect, test} from 'vitest';
import {calibrations, dialectNames} from './calibration.ts';
import {createEngine} from './engine.ts';
import {virtualTime} from './virtual-time.ts';

const upTo = (count: number, from = 0) => Array.from({length: count}, (_, index) => from + index);

/** Forty chats and some batches; when each token and each batch was there. */
const schedule = (dialect: (typeof dialectNames)[number], seed: number, speed = 1) => {
  const {clockwork, runToEnd, nowMs} = virtualTime();
  const traits =
    dialect === 'vllm'
      ? {pageTokens: 16, mixesPrefillWithDecode: true, sharesWhenScheduled: true}
      : {pageTokens: 1, mixesPrefillWithDecode: false, sharesWhenScheduled: false};
  const engine = createEngine({calibration: calibrations[dialect], traits, kvTokens: 20_000, speed, seed, clockwork});
  const log: string[] = [];
  const note = (what: string) => log.push(`${what} @${nowMs()}`);
  for (const index of upTo(40)) {
    const work = {
      promptTokens: upTo(400 + index, index),
      outputTokens: upTo(20),
      streamed: true,
      receivedMs: (index * 2) / speed,
    };
    engine.chat(work, ({generated, cachedPromptTokens}) =>
      note(`chat ${index}.${generated} cached ${cachedPromptTokens}`),
    );
  }
  for (const kind of ['embed', 'rerank'] as const)
    engine.pool(kind, {receivedMs: 100 / speed, itemTokens: [100, 200]}, () => note(kind));
  runToEnd();
  return {log, stats: engine.stats(), endMs: nowMs()};
};

describe.each(dialectNames)('%s on a virtual clock', dialect => {
  test('has the same schedule for the same seed, to the last digit, and another for another', () => {
    const first = schedule(dialect, 1);
    expect(first.log).toHaveLength(40 * 20 + 2);
    expect(schedule(dialect, 1)).toEqual(first);
    expect(schedule(dialect, 2).log).not.toEqual(first.log);
  });

  test('takes half the time at twice the speed', () => {
    expect(schedule(dialect, 1, 2).endMs).toBeCloseTo(schedule(dialect, 1).endMs / 2, 6);
  });

  test('counts every token once', () => {
    const {stats} = schedule(dialect, 1);
    const promptTokens = upTo(40).reduce((sum, index) => sum + 400 + index, 0);
    expect(stats).toMatchObject({
      running: 0,
      waiting: 0,
      totals: {promptTokens: promptTokens + 600, generationTokens: 800},
    });
    expect(stats.finished).toMatchObject({
      streamed: {requests: 40, promptTokens, generationTokens: 800},
      whole: {requests: 2, promptTokens: 600, generationTokens: 0},
    });
    expect(stats.kv.usedTokens).toBe(0);
  });
});

/** Without jitter and with round costs: 4 ms for each prompt and 0.01 for its tokens in the front end, then 2 until it can be scheduled. */
const byHand = {
  ...calibrations.vllm,
  chat: {
    ...calibrations.vllm.chat,
    overheadMs: 2,
    frontEndMsPerItem: 4,
    frontEndMsPerToken: 0.01,
    stepBaseMs: 3,
    msPerToken: 0.02,
    graphTokens: 512,
    graphedPassMs: 0,
    decodeMsPerSequence: 1,
    decodeMsPerKvToken: 0,
    jitterSigma: 0,
  },
  embed: {
    ...calibrations.vllm.embed,
    overheadMs: 1,
    frontEndMsPerItem: 4,
    frontEndMsPerToken: 0,
    msPerToken: 0.1,
    graphTokens: 512,
    graphedPassMs: 0,
  },
};
const engineByHand = () => {
  const {clockwork, runToEnd, nowMs} = virtualTime();
  const traits = {pageTokens: 16, mixesPrefillWithDecode: true, sharesWhenScheduled: true};
  const engine = createEngine({calibration: byHand, traits, kvTokens: 1000, speed: 1, seed: 0, clockwork});
  return {engine, runToEnd, nowMs};
};

test('the first token of a lone request comes after the front end, the overhead and one step', () => {
  const {engine, runToEnd, nowMs} = engineByHand();
  const stamps: number[] = [];
  engine.chat({receivedMs: 10, promptTokens: upTo(100), outputTokens: upTo(3), streamed: true}, () =>
    stamps.push(nowMs()),
  );
  runToEnd();
  expect(stamps).toEqual([10 + (4 + 1) + 2 + (3 + 2), 26, 30]);
});

test('while the front end reads other prompts, tokens that are there wait', () => {
  const {engine, runToEnd, nowMs} = engineByHand();
  const stamps: string[] = [];
  for (const [name, outputTokens] of [
    ['a', upTo(2)],
    ['b', upTo(1)],
    ['c', upTo(1)],
  ] as const)
    engine.chat({receivedMs: 0, promptTokens: upTo(100, name.charCodeAt(0) * 1000), outputTokens, streamed: true}, () =>
      stamps.push(`${name} ${nowMs()}`),
    );
  runToEnd();
  // Read until 5, 10 and 15, scheduled from 7, 12 and 17 on. Steps: a alone 7..12; a decodes and b is prefilled 12..18
  // (3 + 1 + 2); c alone 18..23. The token of 12 waits until all three are read.
  expect(stamps).toEqual(['a 15', 'a 18', 'b 18', 'c 23']);
});

test('the first texts of a request are embedded while the others are still read', () => {
  const {engine, runToEnd, nowMs} = engineByHand();
  let doneMs = 0;
  engine.pool('embed', {receivedMs: 0, itemTokens: [50, 10, 20]}, () => {
    doneMs = nowMs();
  });
  runToEnd();
  // Ready at 5, 9 and 13; batches 5..10 (the first), 10..11 (the second), 13..15 (the third).
  expect(doneMs).toBe(15);
});
