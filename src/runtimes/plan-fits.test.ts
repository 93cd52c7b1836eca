import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {engines} from '../engines/index.ts';
import {CutoverError} from '../errors.ts';
import {projectRoot} from '../root.ts';
import {roles} from '../schema/request.ts';
import {cardMemoryOf, type PlanFitsOptions, planFits} from './plan-fits.ts';
import {readStackFile} from './stack-file.ts';

const stacks = join(projectRoot, 'docker/stacks');
const h100 = {totalGiB: 79.18, freeGiB: 79.18};
const h200 = {totalGiB: 139.8, freeGiB: 139.8};

const fits = async (stack: string, changes: Partial<PlanFitsOptions> = {}) => {
  const plan = await readStackFile(stack, stacks);
  const engine = Object.values(engines).find(({name}) => name === plan.engine);
  if (engine === undefined) throw new Error(`no engine ${plan.engine}`);
  return planFits({plan, engine, roles, card: h100, ...changes});
};

test('a card as CUDA counts it is what nvidia-smi calls used and free: of an H200 139.80 GiB of 143,771 MiB', () => {
  const card = cardMemoryOf({usedMiB: 4083, freeMiB: 139_074});
  expect(card.totalGiB).toBeCloseTo(139.8, 2);
  expect(card.freeGiB).toBeCloseTo(135.81, 2);
});

describe.each([
  ['an 80 GB card', h100],
  ['a 141 GB card', h200],
])('on %s', (_, card) => {
  test.each(['vllm-default', 'vllm-tuned', 'sglang'])('all three servers of %s fit', async stack => {
    const lines = await fits(stack, {card});
    expect(lines.map(line => line.split(':')[0])).toEqual([...roles]);
  });
});

test.each(['bentoml-untuned', 'bentoml-tuned'])('the one server of %s fits an 80 GB card', async stack => {
  expect(await fits(stack)).toEqual([
    expect.stringMatching(/^chat: .*; embed and rerank on top, of which nothing is known; takes /),
  ]);
  expect(await fits(stack, {roles: ['rerank']})).toHaveLength(1);
});

test('each server finds what those before it leave', async () => {
  const lines = await fits('sglang');
  expect(lines.map(line => /; (takes .*)$/.exec(line)?.[1])).toEqual([
    'takes 57.19 of 79.18 GiB free',
    'takes 3.98 of 21.99 GiB free',
    'takes 3.43 of 18.01 GiB free',
  ]);
  expect(await fits('sglang', {roles: ['rerank']})).toEqual([expect.stringMatching(/of 79\.18 GiB free$/)]);
});

test('a plan that does not fit is refused with the arithmetic of all servers up to the one, the reason and the fix', async () => {
  const refused = fits('vllm-default', {card: {totalGiB: 39.4, freeGiB: 39.4}});
  await expect(refused).rejects.toBeInstanceOf(CutoverError);
  const error: unknown = await refused.catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    code: 'PLAN_DOES_NOT_FIT',
    hint: 'Lower its gpu-memory-utilization to 0.03 or less, lower that of the servers before it, or stop what else uses the GPU.',
  });
  const [first, ...lines] = error instanceof Error ? error.message.split('\n') : [];
  expect(first).toBe(
    'The plan vllm-default does not fit this GPU: its rerank server cannot start, because its gpu-memory-utilization asks for 1.97 GiB, a share of the whole card, and 1.26 GiB will be free when it starts',
  );
  expect(lines).toEqual([
    expect.stringMatching(/^ {2}chat: 0\.9 x 39\.40 = 35\.46 GiB: .*takes 36\.48 of 39\.40 GiB free$/),
    expect.stringMatching(/^ {2}embed: /),
    expect.stringMatching(/^ {2}rerank: /),
  ]);
});

test('of several servers each is held against the GPU that it has, a router against none, and one on several GPUs is left out', async () => {
  const chat = {roles: ['chat'] as const};
  const on = async (stack: string, card: number) =>
    (await fits(stack, {...chat, on: card})).map(
      line => /^(\S+): 0\.7 x .*; takes [\d.]+ of 79\.18 GiB free$/.exec(line)?.[1],
    );
  expect(await on('sglang-pd-1-2', 0)).toEqual(['prefill-1']);
  expect(await on('sglang-pd-1-2', 2)).toEqual(['decode-2']);
  expect(await on('sglang-pd-1-2', 3)).toEqual([]);
  const plan = await readStackFile('sglang-router-random', stacks);
  const [replica, ...others] = plan.servers;
  if (replica === undefined) throw new Error('it has one');
  const wide = {...plan, servers: [{...replica, cards: 2}, ...others]};
  expect(await planFits({plan: wide, engine: engines.sglang, ...chat, card: h100})).toEqual([]);
  // Shared, each finds what the one before it leaves.
  const shared = {...plan, servers: [{...replica, onCards: [0]}, ...others]};
  const lines = await planFits({plan: shared, engine: engines.sglang, ...chat, card: h100});
  expect(lines.map(line => /^(\S+): .*; takes .* of ([\d.]+) GiB free$/.exec(line)?.slice(1))).toEqual([
    ['replica-1', '79.18'],
    ['replica-2', '21.99'],
  ]);
});

test("another process's memory counts", async () => {
  await expect(fits('vllm-default', {card: {totalGiB: 79.18, freeGiB: 60}})).rejects.toThrow(
    'its chat server cannot start, because its gpu-memory-utilization asks for 71.26 GiB',
  );
});

describe('a model in place of the plan’s', () => {
  test('has needs of its own, which are not known by its name', async () => {
    const [chat] = await fits('sglang', {models: {chat: 'Qwen/Qwen2.5-7B-Instruct'}});
    expect(chat).toBe(
      'chat: 0.7 x (79.18 free - 0.68 CUDA context) = 54.95 GiB; what its model needs is not known; takes 55.63 of 79.18 GiB free',
    );
  });

  test('in a folder is measured there', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cutover-fits-'));
    try {
      const config = {
        architectures: ['XForCausalLM'],
        num_hidden_layers: 4,
        num_attention_heads: 4,
        head_dim: 64,
        dtype: 'bfloat16',
      };
      await writeFile(join(folder, 'config.json'), JSON.stringify(config));
      await writeFile(join(folder, 'model.safetensors'), Buffer.alloc(2 ** 20));
      const [chat] = await fits('vllm-default', {models: {chat: folder}});
      // 4096 bytes a token: 71.262 - 0.001 GiB hold 18.68 million.
      expect(chat).toMatch(/weights 0\.00 \+ other \(not known\) \+ KV 71\.26 \(18,680,\d{3} tokens\)/);
    } finally {
      await rm(folder, {recursive: true});
    }
  });
});

test('an engine that cutover does not start has nothing to fit', async () => {
  expect(await fits('sglang', {engine: engines.openai})).toEqual([]);
});
