import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';
import {describe, expect, test} from 'vitest';
import type {LoadSpec} from '../schema/suite.ts';
import type {WorkloadSpec} from '../schema/workload.ts';
import {chatSample, chatSampleAt, embedSample, failedSample} from './test-samples.ts';
import {summaryOf} from './test-summary.ts';
import {TrialSummary} from './trial.ts';

const numbersOf = (trial: Parameters<typeof summaryOf>[0]) => summaryOf(trial).numbers();

const closed: LoadSpec = {mode: 'closed', concurrency: 2, requests: 4, durationSeconds: null, warmup: 0};
const open: LoadSpec = {
  mode: 'open',
  ratePerSecond: 10,
  arrivals: 'poisson',
  maxInFlight: null,
  requests: 4,
  durationSeconds: null,
  warmup: 0,
};
const chat: WorkloadSpec = {kind: 'chat', promptTokens: 100, outputTokens: 4};
const prefix: WorkloadSpec = {kind: 'prefix', promptTokens: 100, outputTokens: 4, turns: 2};
const embed: WorkloadSpec = {kind: 'embed', batch: 8, promptTokens: 12};

test('a closed-loop chat trial, worked out by hand', () => {
  const samples = [chatSampleAt(0), chatSampleAt(100), chatSampleAt(200, {firstTokenMs: 270, outputTokens: 4})];
  const numbers = numbersOf({samples, load: closed, workload: chat, steady: {startMs: 80, endMs: 280}});
  expect(numbers).toMatchObject({
    durationMs: 281,
    latencyFrom: 'sent',
    counts: {ok: 3, failed: 0},
    failures: [],
    window: {startMs: 80, endMs: 280, kind: 'steady'},
    ttftMs: {n: 3, mean: expect.closeTo(170 / 3), p50: 50, p99: null, max: 70},
    itlMs: {n: 9, mean: 10, p50: 10, max: 10},
    tpotMs: {n: 3, p50: 10, mean: expect.closeTo((10 + 10 + 10 / 3) / 3)},
    e2eMs: {n: 3, mean: 80},
    fromScheduleMs: null,
    fromSendMs: null,
    requestsPerSecond: 10, // ends at 81 and 181 lie in the window's 200 ms
    itemsPerSecond: null,
    outputTokensPerSecond: 40, // 4 tokens of the second request and 4 of the third, whose last one is at 280
    promptTokens: 300,
    outputTokens: 12,
    cachedPromptTokens: 0,
    turns: [],
  });
});

test('open loop counts from the schedule and tells both', () => {
  const numbers = numbersOf({samples: [chatSample()], load: open, workload: chat, steady: null});
  expect(numbers).toMatchObject({
    latencyFrom: 'scheduled',
    ttftMs: {mean: 55},
    e2eMs: {mean: 85},
    fromScheduleMs: {ttftMs: {mean: 55}, e2eMs: {mean: 85}},
    fromSendMs: {ttftMs: {mean: 50}, e2eMs: {mean: 80}},
    window: {startMs: 0, endMs: 81, kind: 'whole'},
    requestsPerSecond: expect.closeTo(1000 / 81),
  });
});

test('an embedding trial has items and no tokens', () => {
  const samples = [embedSample(), embedSample({sentMs: 30, endMs: 40})];
  expect(numbersOf({samples, load: closed, workload: embed, steady: null})).toMatchObject({
    ttftMs: null,
    itlMs: null,
    tpotMs: null,
    e2eMs: {n: 2, mean: 15},
    requestsPerSecond: 50,
    itemsPerSecond: 400, // 16 texts in 40 ms
    outputTokensPerSecond: null,
    promptTokens: 200,
    outputTokens: null,
    cachedPromptTokens: null,
  });
});

describe('failed requests', () => {
  const samples = [
    chatSample(),
    failedSample('timeout', 'no end after 300 s', {endMs: 300_000, firstTokenMs: 90_000}),
    failedSample('status', 'HTTP 500'),
    failedSample('timeout', 'another'),
  ];
  const numbers = numbersOf({samples, load: closed, workload: chat, steady: {startMs: 0, endMs: 1000}});

  test('are counted by kind with the first message of each', () => {
    expect(numbers.counts).toEqual({ok: 1, failed: 3});
    expect(numbers.failures).toEqual([
      {kind: 'timeout', count: 2, firstMessage: 'no end after 300 s'},
      {kind: 'status', count: 1, firstMessage: 'HTTP 500'},
    ]);
  });

  test('enter no distribution, no rate and no sum', () => {
    expect(numbers.ttftMs).toMatchObject({n: 1, max: 50});
    expect(numbers.e2eMs).toMatchObject({n: 1, max: 80});
    expect(numbers.itlMs?.n).toBe(3);
    expect(numbers).toMatchObject({requestsPerSecond: 1, outputTokensPerSecond: 4, outputTokens: 4, promptTokens: 100});
  });
});

test('a trial in which everything failed has counts and nothing else', () => {
  const numbers = numbersOf({
    samples: [failedSample('connect', 'refused')],
    load: closed,
    workload: chat,
    steady: {startMs: 0, endMs: 10},
  });
  expect(numbers).toMatchObject({
    counts: {ok: 0, failed: 1},
    window: null,
    ttftMs: null,
    requestsPerSecond: null,
    outputTokensPerSecond: null,
    promptTokens: null,
  });
});

test('a sum is unknown as soon as one request did not tell', () => {
  const samples = [chatSample({cachedPromptTokens: 60}), chatSample({cachedPromptTokens: null})];
  expect(numbersOf({samples, load: closed, workload: chat, steady: null})).toMatchObject({
    promptTokens: 200,
    cachedPromptTokens: null,
  });
});

test('the turns of conversations are told apart', () => {
  const samples = [
    chatSample({turn: 2, firstTokenMs: 20, promptTokens: 140, cachedPromptTokens: 128}),
    chatSample({turn: 1, cachedPromptTokens: 0}),
    chatSample({turn: 1, cachedPromptTokens: 0, firstTokenMs: 70}),
    failedSample('timeout', 'late', {turn: 2}),
  ];
  expect(numbersOf({samples, load: closed, workload: prefix, steady: null}).turns).toEqual([
    {turn: 1, n: 2, ttftP50Ms: 60, ttftP90Ms: 68, e2eP50Ms: 80, promptTokens: 200, cachedPromptTokens: 0},
    {turn: 2, n: 1, ttftP50Ms: 20, ttftP90Ms: 20, e2eP50Ms: 80, promptTokens: 140, cachedPromptTokens: 128},
  ]);
});

test('a window in which nothing ended has a rate of 0, which was measured', () => {
  const numbers = numbersOf({
    samples: [chatSample()],
    load: closed,
    workload: chat,
    steady: {startMs: 0, endMs: 40},
  });
  expect(numbers).toMatchObject({requestsPerSecond: 0, outputTokensPerSecond: 0});
});

test('the lag behind the schedule is that of every request that had one, also of those that failed', () => {
  const samples = [
    ...Array.from({length: 99}, (_, index) => chatSample({sentMs: index, scheduledMs: 0})),
    failedSample('connect', 'refused', {sentMs: 99, scheduledMs: 0}),
    chatSample({sentMs: 5000, scheduledMs: null}),
  ];
  const trial = {load: open, workload: chat, steady: null};
  expect(summaryOf({...trial, samples}).scheduleLagP99Ms).toBeCloseTo(98.01, 9); // of 0..99
  expect(summaryOf({...trial, samples: samples.slice(100)}).scheduleLagP99Ms).toBeNull();
});

test('what it holds does not grow with the tokens: 6.4 million leave some numbers a request behind', () => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const heldMiB = () => {
    for (let round = 0; round < 3; round += 1) collect(); // buffers that one finds dead are given back by the next
    const {heapUsed, arrayBuffers} = process.memoryUsage();
    return (heapUsed + arrayBuffers) / 2 ** 20;
  };
  const summary = new TrialSummary({load: closed, workload: chat, steady: null, whole: {startMs: 0, endMs: 1e6}});
  const [requests, events] = [100_000, 64];
  const beforeMiB = heldMiB();
  for (let request = 0; request < requests; request += 1) {
    let atMs = request * 10;
    // Ever other gaps of 5 to 15 ms, in whole microseconds as the clock stamps them.
    const tokenEventsMs = Array.from({length: events}, (_, event) => {
      atMs += (5000 + ((request * 6151 + event * 7919) % 10_000)) / 1000;
      return Math.round(atMs * 1000) / 1000;
    });
    summary.add(chatSampleAt(request * 10, {tokenEventsMs, outputTokens: events}));
  }
  // TTFT and E2E from either start, TPOT and the lag: six rooms of 2¹⁷ doubles are 6 MiB. The gaps would be 48 MiB more.
  expect(heldMiB() - beforeMiB).toBeLessThan(12);
  expect(summary.numbers()).toMatchObject({itlMs: {n: requests * (events - 1)}, ttftMs: {n: requests}});
});
