import {describe, expect, test} from 'vitest';
import {calibrations, dialectNames} from './calibration.ts';
import type {Clockwork} from './driver.ts';
import {createEngine} from './engine.ts';

/** A virtual clock for any number of alarms: it jumps from one to the next. */
const virtualTime = () => {
  let nowMs = 0;
  const alarms = new Map<object, {atMs: number; ring: () => void}>();
  const clockwork = (): Clockwork => {
    const own = {};
    return {
      nowMs: () => nowMs,
      setAlarm: (atMs, ring) => alarms.set(own, {atMs, ring}),
      clearAlarm: () => alarms.delete(own),
    };
  };
  const runToEnd = () => {
    while (alarms.size > 0) {
      const [own, {atMs, ring}] = [...alarms].reduce((first, other) => (other[1].atMs < first[1].atMs ? other : first));
      alarms.delete(own);
      nowMs = Math.max(nowMs, atMs);
      ring();
    }
  };
  return {clockwork, runToEnd, nowMs: () => nowMs};
};

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

test('the first token of a lone request comes after the overhead and one step', () => {
  const {clockwork, runToEnd, nowMs} = virtualTime();
  const {chat} = calibrations.vllm;
  const calibration = {
    ...calibrations.vllm,
    chat: {
      ...chat,
      requestOverheadMs: 4,
      stepBaseMs: 3,
      prefillMsPerToken: 0.01,
      decodeMsPerSequence: 1,
      decodeMsPerKvToken: 0,
      jitterSigma: 0,
    },
  };
  const traits = {pageTokens: 16, mixesPrefillWithDecode: true, sharesWhenScheduled: true};
  const engine = createEngine({calibration, traits, kvTokens: 1000, speed: 1, seed: 0, clockwork});
  const stamps: number[] = [];
  engine.chat({receivedMs: 10, promptTokens: upTo(100), outputTokens: upTo(3), streamed: true}, () =>
    stamps.push(nowMs()),
  );
  runToEnd();
  expect(stamps).toEqual([10 + 4 + 3 + 1, 22, 26]);
});
