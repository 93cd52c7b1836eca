import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {expect, onTestFinished, test} from 'vitest';
import type {Endpoint} from '../engines/engine.ts';
import {sglang} from '../engines/sglang.ts';
import {untoldFacts} from '../engines/untold-facts.ts';
import {memberShares, readEndpoint, transferGrowth} from './member-readings.ts';

interface Counters {
  prompt: number;
  cached: number;
  generated: number;
  requests: number;
  transfers: number;
}

const newCounters = (): Counters => ({prompt: 100, cached: 0, generated: 10, requests: 1, transfers: 0});

/** Each transfer takes 4 ms and moves 32 MiB. */
const pageOf = ({prompt, cached, generated, requests, transfers}: Counters, engineType: string) => `
sglang:prompt_tokens_total{engine_type="${engineType}"} ${prompt}
sglang:cached_tokens_total{engine_type="${engineType}"} ${cached}
sglang:generation_tokens_total{engine_type="${engineType}"} ${generated}
sglang:num_requests_total{engine_type="${engineType}"} ${requests}
${
  transfers === 0
    ? ''
    : `sglang:kv_transfer_latency_ms_count ${transfers}
sglang:kv_transfer_latency_ms_sum ${transfers * 4}
sglang:kv_transfer_total_mb_sum ${transfers * 32}`
}
`;

const workerWith = async (part: 'prefill' | 'decode', name: string) => {
  const counters = newCounters();
  const server = createServer((_, response) => response.end(pageOf(counters, part)));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
  });
  return {counters, at: {name, part, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`}};
};

test('what workers did is the growth of their own counters, and their transfers add up', async () => {
  const workers = [
    await workerWith('prefill', 'prefill-1'),
    await workerWith('prefill', 'prefill-2'),
    await workerWith('decode', 'decode-1'),
  ] as const;
  const [first, second, decode] = workers;
  const endpoint: Endpoint = {
    ...{role: 'chat', url: 'http://127.0.0.1:1', model: 'm', facts: untoldFacts},
    behind: workers.map(({at}) => at),
  };
  const kept: (string | null)[] = [];
  const read = () => readEndpoint(sglang, endpoint, async (_, member) => kept.push(member));
  second.counters.transfers = 5;
  const before = await read();
  Object.assign(first.counters, {prompt: 1100, cached: 250, requests: 3, transfers: 2});
  Object.assign(second.counters, {prompt: 600, requests: 2, transfers: 6});
  Object.assign(decode.counters, {prompt: 1600, cached: 0, generated: 202, requests: 4});
  const after = await read();

  expect(kept.sort()).toEqual(['decode-1', 'decode-1', 'prefill-1', 'prefill-1', 'prefill-2', 'prefill-2']);
  expect(memberShares(before, after)).toEqual([
    {name: 'prefill-1', part: 'prefill', requests: 2, promptTokens: 1000, cachedPromptTokens: 250, generationTokens: 0},
    {name: 'prefill-2', part: 'prefill', requests: 1, promptTokens: 500, cachedPromptTokens: 0, generationTokens: 0},
    {name: 'decode-1', part: 'decode', requests: 3, promptTokens: 1500, cachedPromptTokens: 0, generationTokens: 192},
  ]);
  expect(after.folded).toMatchObject({promptTokensTotal: 1700, generationTokensTotal: 202, prefixHitsTotal: 250});
  expect(transferGrowth(before, after)).toEqual({count: 3, totalMs: 12, totalMib: 96});

  Object.assign(first.counters, newCounters()); // started anew
  const restarted = await read();
  expect(memberShares(after, restarted)[0]).toMatchObject({name: 'prefill-1', requests: null, promptTokens: null});
  expect(transferGrowth(after, restarted)).toBeNull();
});

test('a server without a router has a reading, and no members', async () => {
  const {counters, at} = await workerWith('decode', 'chat');
  const endpoint: Endpoint = {role: 'chat', url: at.url, model: 'm', facts: untoldFacts};
  const before = await readEndpoint(sglang, endpoint, async () => {});
  counters.requests = 9;
  const after = await readEndpoint(sglang, endpoint, async () => {});
  expect(after.folded?.promptTokensTotal).toBe(100);
  expect([memberShares(before, after), transferGrowth(before, after)]).toEqual([[], null]);
});
