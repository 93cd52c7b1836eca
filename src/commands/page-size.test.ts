import {describe, expect, test} from 'vitest';
import {temporaryFolder} from '../records/test-folder.ts';
import {benchHere, cutover, simulatorThread} from './test-cutover.ts';

const prefix = ['--suite', 'prefix', '--requests', '8', '--warmup', '0', '--repetitions', '1'];
const small = ['--concurrency', '2', '--prompt-tokens', '300', '--output-tokens', '8', '--format', 'csv'];

/** The prefix suite on a simulated engine with such pages: what the run says of its hits, and what the engine knows. */
const hits = async (dialect: string, pageTokens: number) => {
  await using place = await temporaryFolder();
  await using simulator = await simulatorThread(dialect, {pageTokens, speed: 10});
  const words = ['--engine', dialect, '--attach', simulator.url, ...prefix, ...small];
  const {failure, record, samples} = await benchHere(place.path, ...words);
  expect(failure).toBeNull();
  const truth = await simulator.truth();
  const rows = samples.map(({id}) => truth.get(id));
  const sum = (key: 'promptTokens' | 'cachedPromptTokens') => rows.reduce((all, row) => all + (row?.[key] ?? 0), 0);
  return {
    facts: record.engine.servers[0]?.facts,
    told: record.trials[0]?.prefixHits,
    ratio: sum('cachedPromptTokens') / sum('promptTokens'),
    cached: samples.map(({cachedPromptTokens}) => cachedPromptTokens ?? Number.NaN),
  };
};

// vLLM has no pages of one token, and its 16 are in every other test.
describe.each([
  ['vllm', [32]],
  ['sglang', [1, 16, 32]],
])('%s', (dialect, sizes) => {
  test(`with pages of ${sizes.join(', ')} tokens the hit ratio is exactly the engine's, and smaller the larger they are`, async () => {
    const ratios: number[] = [];
    for (const pageTokens of sizes) {
      const {facts, told, ratio, cached} = await hits(dialect, pageTokens);
      expect(facts?.pageTokens).toBe(pageTokens);
      expect(told?.byRequests).toBeCloseTo(ratio, 12);
      expect(told?.byCounters).toBeCloseTo(ratio, 12);
      expect(cached.filter(tokens => tokens % pageTokens !== 0)).toEqual([]);
      ratios.push(ratio);
    }
    expect(ratios).toEqual(ratios.toSorted((a, b) => b - a));
    expect(new Set(ratios).size).toBe(sizes.length);
    expect(ratios.at(-1)).toBeGreaterThan(0.5);
  });
});

test('the embedded engine has the pages and the pool that were asked for, and the record says so', async () => {
  await using place = await temporaryFolder();
  const words = ['--engine', 'sglang', '--runtime', 'embedded', '--page-size', '32', '--kv-tokens', '20000'];
  const {failure, record} = await benchHere(place.path, ...words, ...prefix, ...small);
  expect(failure).toBeNull();
  expect(record.engine.servers[0]?.facts).toMatchObject({pageTokens: 32, kvTokens: 20_000});
  expect(record.trials[0]?.cachedPromptTokens).toBeGreaterThan(0);
  expect((record.trials[0]?.cachedPromptTokens ?? 1) % 32).toBe(0);
});

test("pages that the engine would refuse are refused before anything is started, and so is another server's size", async () => {
  const words = ['bench', '--engine', 'vllm', '--suite', 'prefix'];
  const odd = await cutover(...words, '--page-size', '1');
  expect(odd.exitCode).toBe(10);
  expect(odd.stderr).toContain(
    '--page-size 1 is not a multiple of 16, and vLLM takes no other pages. Write --page-size 16',
  );
  const attached = await cutover(...words, '--attach', 'http://127.0.0.1:9', '--page-size', '16');
  expect(attached.exitCode).toBe(10);
  expect(attached.stderr).toContain('--page-size is for a server that cutover starts');
});
