import {expect, test} from 'vitest';
import type {MetricsReading} from './engine.ts';
import {foldReadings} from './fold-readings.ts';
import {sglang} from './sglang.ts';

const reading = (changes: Partial<MetricsReading>): MetricsReading => ({
  runningRequests: 1,
  waitingRequests: 2,
  kvUsage: 0.25,
  promptTokensTotal: 1000,
  generationTokensTotal: 40,
  prefixQueriesTotal: 1000,
  prefixHitsTotal: 300,
  ...changes,
});

test('a prompt that goes through a prefill and a decode server is counted once, and so is its answer', () => {
  const members = [
    {part: 'prefill', reading: reading({generationTokensTotal: 10, kvUsage: 0.5})},
    {part: 'prefill', reading: reading({promptTokensTotal: 500, prefixQueriesTotal: 500, prefixHitsTotal: 0})},
    {part: 'decode', reading: reading({generationTokensTotal: 640, prefixHitsTotal: null, promptTokensTotal: 1500})},
  ] as const;
  expect(foldReadings(members)).toEqual({
    runningRequests: 3,
    waitingRequests: 6,
    kvUsage: 0.5,
    promptTokensTotal: 1500,
    generationTokensTotal: 640,
    prefixQueriesTotal: 1500,
    prefixHitsTotal: 300,
  });
});

test('replicas add up, and what one of them does not tell is not known of all', () => {
  const replica = (changes: Partial<MetricsReading>) => ({part: 'replica', reading: reading(changes)}) as const;
  expect(foldReadings([replica({}), replica({kvUsage: 0.75, prefixHitsTotal: null})])).toEqual({
    runningRequests: 2,
    waitingRequests: 4,
    kvUsage: 0.75,
    promptTokensTotal: 2000,
    generationTokensTotal: 80,
    prefixQueriesTotal: 2000,
    prefixHitsTotal: null,
  });
  expect(foldReadings([replica({}), {part: 'replica', reading: null}])?.promptTokensTotal).toBeNull();
  expect(foldReadings([{part: 'replica', reading: null}])).toBeNull();
});

test('KV transfers are read from the histograms of a prefill server, over its ranks', () => {
  const page = `
# TYPE sglang:kv_transfer_latency_ms histogram
sglang:kv_transfer_latency_ms_bucket{engine_type="prefill",tp_rank="0",le="5.0"} 2.0
sglang:kv_transfer_latency_ms_count{engine_type="prefill",tp_rank="0"} 3.0
sglang:kv_transfer_latency_ms_sum{engine_type="prefill",tp_rank="0"} 12.5
sglang:kv_transfer_total_mb_sum{engine_type="prefill",tp_rank="0"} 96.0
`;
  expect(sglang.metrics?.readTransfers?.(page)).toEqual({count: 3, totalMs: 12.5, totalMib: 96});
  expect(sglang.metrics?.readTransfers?.('sglang:prompt_tokens_total 5')).toBeNull();
});
