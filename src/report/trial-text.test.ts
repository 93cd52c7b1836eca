import {expect, test} from 'vitest';
import type {LoadSpec, WorkloadSpec} from '../schema/suite.ts';
import {loadText, workloadText} from './trial-text.ts';

test.each<[WorkloadSpec, string]>([
  [{kind: 'chat', promptTokens: 512, outputTokens: 128}, 'chat 512→128'],
  [{kind: 'prefix', promptTokens: 2048, outputTokens: 64, turns: 5}, 'prefix 2048→64 × 5 turns'],
  [{kind: 'embed', batch: 8, promptTokens: 128}, 'embed 8 × 128'],
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
