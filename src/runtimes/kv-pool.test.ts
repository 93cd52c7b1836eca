import {join} from 'node:path';
import {expect, test} from 'vitest';
import {engines} from '../engines/index.ts';
import {projectRoot} from '../root.ts';
import {withKvPool} from './kv-pool.ts';
import {readStackFile} from './stack-file.ts';

const planOf = (name: string) => readStackFile(name, join(projectRoot, 'docker/stacks'));
const ofTokens = (kvTokens: number) => ({kvTokens, pageSize: null});

test("the chat server's pool gets the size, and nothing else of the plan changes", async () => {
  const plan = await planOf('vllm-default');
  const [chat, ...encoders] = withKvPool(plan, engines.vllm, ofTokens(200_000)).servers;
  expect(chat?.arguments).toEqual({...plan.servers[0]?.arguments, 'num-gpu-blocks-override': 12_500});
  expect(encoders).toEqual(plan.servers.slice(1));
  const [other] = withKvPool(await planOf('sglang'), engines.sglang, ofTokens(200_000)).servers;
  expect(other?.arguments['max-total-tokens']).toBe(200_000);
});

test('of several servers behind a router each gets it, and the router nothing', async () => {
  const plan = await planOf('sglang-pd-1-1');
  const [prefill, decode, router] = withKvPool(plan, engines.sglang, ofTokens(200_000)).servers;
  expect([prefill, decode].map(server => server?.arguments['max-total-tokens'])).toEqual([200_000, 200_000]);
  expect(router).toEqual(plan.servers[2]);
});

test("vLLM's blocks are of the plan's own size, and the last one is whole", async () => {
  const plan = await planOf('vllm-default');
  const [chat] = plan.servers;
  if (chat === undefined) throw new Error('no server');
  const wide = {...plan, servers: [{...chat, arguments: {...chat.arguments, 'block-size': 64}}]};
  const blocks = (pool: Parameters<typeof withKvPool>[2]) =>
    withKvPool(wide, engines.vllm, pool).servers[0]?.arguments['num-gpu-blocks-override'];
  expect(blocks(ofTokens(1025))).toBe(17);
  expect(blocks({kvTokens: 1025, pageSize: 32})).toBe(33);
});

test.each([
  ['vllm-default', engines.vllm, 'block-size'],
  ['sglang', engines.sglang, 'page-size'],
] as const)('a page of 32 tokens is a flag of the chat server of %s alone', async (name, engine, flag) => {
  const plan = await planOf(name);
  const [chat, ...encoders] = withKvPool(plan, engine, {kvTokens: null, pageSize: 32}).servers;
  expect(chat?.arguments).toEqual({...plan.servers[0]?.arguments, [flag]: 32});
  expect(encoders).toEqual(plan.servers.slice(1));
});

test('with neither, the plan stays as it is', async () => {
  const plan = await planOf('sglang');
  expect(withKvPool(plan, engines.sglang, {kvTokens: null, pageSize: null})).toBe(plan);
});

test('a plan without a chat server is refused', async () => {
  const plan = await planOf('sglang');
  const encoders = {...plan, servers: plan.servers.filter(({role}) => role !== 'chat')};
  expect(() => withKvPool(encoders, engines.sglang, {kvTokens: 200_000, pageSize: 16})).toThrow(
    '--kv-tokens and --page-size: there is no KV pool to size, as sglang has no chat server of SGLang',
  );
});
