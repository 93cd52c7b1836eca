import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {needsOfFolder} from './model-folder.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cutover-model-'));
});
afterEach(() => rm(folder, {recursive: true}));

/** Of Qwen2.5-Coder-1.5B-Instruct. */
const qwen = {
  architectures: ['Qwen2ForCausalLM'],
  hidden_size: 1536,
  num_attention_heads: 12,
  num_hidden_layers: 28,
  num_key_value_heads: 2,
  torch_dtype: 'bfloat16',
};

const write = async (config: object, files: Readonly<Record<string, number>> = {'model.safetensors': 1024}) => {
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  for (const [name, size] of Object.entries(files)) await writeFile(join(folder, name), Buffer.alloc(size));
};

test('weights are the size of the safetensors files, KV is 28 layers x 2 heads x 128 x 2 x 2 bytes', async () => {
  await write(qwen, {'model-00001.safetensors': 3 * 2 ** 20, 'model-00002.safetensors': 2 ** 20, 'training.bin': 5000});
  expect(await needsOfFolder(folder)).toEqual({weightsGiB: 4 / 1024, kvBytesPerToken: 28_672});
});

test('a head size of its own and as many KV heads as heads are taken from the configuration', async () => {
  const {num_key_value_heads: _, ...config} = qwen;
  await write({...config, head_dim: 64, dtype: 'float16'});
  expect(await needsOfFolder(folder)).toMatchObject({kvBytesPerToken: 28 * 12 * 64 * 4});
});

test.each([
  ['an encoder', {...qwen, architectures: ['BertModel']}],
  ['latent attention', {...qwen, kv_lora_rank: 512}],
  ['layers with a window', {...qwen, layer_types: ['full_attention', 'sliding_attention']}],
  ['a 32-bit checkpoint', {...qwen, torch_dtype: 'float32'}],
  ['no number of layers', {...qwen, num_hidden_layers: undefined}],
  ['something else than an object', []],
])('what %s needs is not known', async (_, config) => {
  await write(config);
  expect(await needsOfFolder(folder)).toBeNull();
});

test('nor is that of a name, of a folder without weights, or of a broken configuration', async () => {
  expect(await needsOfFolder('Qwen/Qwen2.5-Coder-1.5B-Instruct')).toBeNull();
  await write(qwen, {});
  expect(await needsOfFolder(folder)).toBeNull();
  await writeFile(join(folder, 'config.json'), '{');
  expect(await needsOfFolder(folder)).toBeNull();
});
