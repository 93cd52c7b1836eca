import {expect, test} from 'vitest';
import type {LoadSpec} from '../schema/suite.ts';
import type {WorkloadSpec} from '../schema/workload.ts';
import {loadText, workloadText} from './trial-text.ts';

const drawn = {
  promptTokens: {draw: 'lognormal', median: 512, sigma: 0.6, max: 4096},
  outputTokens: {draw: 'uniform', min: 16, max: 64},
} as const;
const file = {draw: 'file' as const, file: 'lengths.txt', sha256: '2f1e5b6631f0', count: 2, quantiles: [1, 9]};

test.each<[WorkloadSpec, string]>([
  [{kind: 'chat', promptTokens: 512, outputTokens: 128}, 'chat 512→128'],
  [{kind: 'prefix', promptTokens: 2048, outputTokens: 64, turns: 5}, 'prefix 2048→64 × 5 turns'],
  [{...drawn, kind: 'chat', sharedPrefix: 0.8}, 'chat lognormal 512 ±0.6 ≤4096→uniform 16–64, 80 % shared'],
  [
    {kind: 'chat', promptTokens: file, outputTokens: 64, sharedPrefix: 0.5, contexts: 8},
    'chat lengths.txt (sha256 2f1e5b66)→64, 50 % shared with 8 contexts',
  ],
  [
    {kind: 'prefix', promptTokens: 512, outputTokens: 64, turns: 3, branches: 4, thinkSeconds: 2, history: 'engine'},
    "prefix 512→64 × 3 turns, 4 branches, think 2 s, the engine's own history",
  ],
  [{kind: 'repeat', promptTokens: 512, outputTokens: 16, times: 3}, 'repeat 512→16 × 3 times'],
  [{kind: 'warmed', promptTokens: 512, outputTokens: 16, warm: true}, 'warmed 512→16, warmed'],
  [{kind: 'warmed', promptTokens: 512, outputTokens: 16, warm: false}, 'warmed 512→16, not warmed'],
  [
    {kind: 'revisit', promptTokens: 512, outputTokens: 16, contexts: 40, visits: 2},
    'revisit 512→16, 40 contexts × 2 visits',
  ],
  [
    {kind: 'revisit', promptTokens: 512, outputTokens: 16, contexts: {ofKvPool: 1.5}, visits: 2},
    'revisit 512→16, contexts of 1.5 KV pools × 2 visits',
  ],
  [{kind: 'embed', batch: 8, promptTokens: 128}, 'embed 8 × 128'],
  [
    {kind: 'embed', batch: 8, promptTokens: 128, dimensions: 256, encoding: 'base64'},
    'embed 8 × 128, 256 dimensions, base64',
  ],
  [{kind: 'rerank', batch: 100, promptTokens: 64, topN: 10}, 'rerank 100 × 64, the best 10'],
  [{kind: 'rerank', batch: 32, promptTokens: 256}, 'rerank 32 × 256'],
])('a workload in a few words: %j', (workload, text) => {
  expect(workloadText(workload)).toBe(text);
});

const trace = {file: 'azure.csv', sha256: '2f1e5b6631f0', speed: 1, arrivals: 19_366};
const amount = {requests: 700, durationSeconds: null, warmup: 0};
test.each<[LoadSpec, string]>([
  [{mode: 'closed', concurrency: 32, ...amount}, 'closed 32, 700 requests'],
  [{mode: 'saturate', concurrency: 8, ...amount, requests: null, durationSeconds: 30}, 'saturate 8, 30 s'],
  [
    {mode: 'open', ratePerSecond: 12.5, arrivals: 'poisson', maxInFlight: null, ...amount},
    'open 12.5/s poisson, 700 requests',
  ],
  [
    {mode: 'open', ratePerSecond: 2, arrivals: 'uniform', maxInFlight: 64, ...amount, durationSeconds: 9},
    'open 2/s uniform, at most 64 in flight, 700 requests, 9 s',
  ],
  [
    {mode: 'open', ratePerSecond: 2, arrivals: 'gamma', burstiness: 0.5, maxInFlight: null, ...amount},
    'open 2/s gamma, burstiness 0.5, 700 requests',
  ],
  [
    {mode: 'open', ratePerSecond: 3.4, arrivals: 'trace', trace, maxInFlight: 8, ...amount},
    'open 3.4/s trace azure.csv (sha256 2f1e5b66), at most 8 in flight, 700 requests',
  ],
  [
    {mode: 'open', ratePerSecond: 6.8, arrivals: 'trace', trace: {...trace, speed: 2}, maxInFlight: null, ...amount},
    'open 6.8/s trace azure.csv (sha256 2f1e5b66) at 2 × its speed, 700 requests',
  ],
])('a load in a few words: %j', (load, text) => {
  expect(loadText(load)).toBe(text);
});
