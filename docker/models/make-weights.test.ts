import {mkdir, readdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {execa} from 'execa';
import {expect, test} from 'vitest';
import {temporaryFolder} from '../../src/records/test-folder.ts';
import {projectRoot} from '../../src/root.ts';

const make = (...words: readonly string[]) =>
  execa('python3', [join(projectRoot, 'docker/models/make-weights.py'), ...words], {reject: false});

interface Tensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

const readTensors = async (file: string) => {
  const bytes = await readFile(file);
  const headBytes = Number(bytes.readBigUInt64LE(0));
  const {__metadata__: _, ...header} = JSON.parse(bytes.toString('utf8', 8, 8 + headBytes)) as Record<string, Tensor>;
  const data = bytes.subarray(8 + headBytes);
  return {header, data, of: (name: string) => data.subarray(...(header[name]?.data_offsets ?? [0, 0]))};
};

/** bfloat16 is the upper half of a float32. */
const numbersOf = (bytes: Buffer): number[] =>
  Array.from({length: bytes.length / 2}, (_, index) => {
    const word = Buffer.alloc(4);
    bytes.copy(word, 2, 2 * index, 2 * index + 2);
    return word.readFloatLE();
  });

const rms = (values: readonly number[]) =>
  Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);

/** Two layers, hidden 64, 4 heads of 16, one KV head, inner 96. */
const config = {
  ...{hidden_size: 64, num_hidden_layers: 2, num_attention_heads: 4, num_key_value_heads: 1, intermediate_size: 96},
};

const modelFolder = async (folder: string, dtype = 'BF16') => {
  const model = join(folder, 'model');
  await mkdir(model);
  await writeFile(join(model, 'config.json'), JSON.stringify(config));
  const header = JSON.stringify({
    __metadata__: {format: 'pt'},
    'model.norm.weight': {dtype: 'BF16', shape: [4], data_offsets: [0, 8]},
    'model.layers.0.mlp.up_proj.weight': {dtype, shape: [96, 64], data_offsets: [8, 8 + 2 * 96 * 64]},
  });
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(header.length));
  const one = Buffer.from([0x80, 0x3f, 0x80, 0x3f, 0x80, 0x3f, 0x80, 0x3f]);
  await writeFile(
    join(model, 'model.safetensors'),
    Buffer.concat([size, Buffer.from(header), one, Buffer.alloc(2 * 96 * 64)]),
  );
  return model;
};

test('an adapter has a pair of matrices for each projection, strong ones, and the same for the same seed', async () => {
  await using place = await temporaryFolder();
  const model = await modelFolder(place.path);
  const [out, again, other] = ['a', 'b', 'c'].map(name => join(place.path, name)) as [string, string, string];
  expect(await make('lora', out, '--model', model)).toMatchObject({exitCode: 0, stdout: out});
  await make('lora', again, '--model', model);
  await make('lora', other, '--model', model, '--seed', '8', '--rank', '4');

  expect(JSON.parse(await readFile(join(out, 'adapter_config.json'), 'utf8'))).toMatchObject({
    ...{peft_type: 'LORA', r: 16, lora_alpha: 32, base_model_name_or_path: model},
    target_modules: ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'],
  });
  const file = 'adapter_model.safetensors';
  const {header, data, of} = await readTensors(join(out, file));
  const layer = 'base_model.model.model.layers.1';
  expect(Object.keys(header)).toHaveLength(2 * 7 * 2);
  expect(header[`${layer}.self_attn.k_proj.lora_A.weight`]).toMatchObject({dtype: 'BF16', shape: [16, 64]});
  expect(header[`${layer}.self_attn.k_proj.lora_B.weight`]?.shape).toEqual([16, 16]);
  expect(header[`${layer}.mlp.down_proj.lora_A.weight`]?.shape).toEqual([16, 96]);
  expect(header[`${layer}.mlp.down_proj.lora_B.weight`]?.shape).toEqual([64, 16]);
  expect(Math.max(...Object.values(header).map(tensor => tensor.data_offsets[1]))).toBe(data.length);

  // 0.031 to 0.125 in size, of either sign.
  const drawn = numbersOf(of(`${layer}.mlp.up_proj.lora_A.weight`));
  expect(rms(drawn)).toBeCloseTo(0.072, 2);
  expect(Math.min(...drawn.map(Math.abs))).toBeGreaterThanOrEqual(2 ** -5);
  expect(Math.max(...drawn.map(Math.abs))).toBeLessThan(2 ** -3);
  expect(Math.abs(drawn.filter(value => value > 0).length / drawn.length - 0.5)).toBeLessThan(0.1);

  expect((await readTensors(join(again, file))).data.equals(data)).toBe(true);
  const smaller = await readTensors(join(other, file));
  expect(smaller.header[`${layer}.mlp.down_proj.lora_A.weight`]?.shape).toEqual([4, 96]);
});

test("a second model has the first one's files, norms and shapes, and other matrices", async () => {
  await using place = await temporaryFolder();
  const model = await modelFolder(place.path);
  const out = join(place.path, 'next');
  expect(await make('model', out, '--model', model)).toMatchObject({exitCode: 0});
  expect((await readdir(out)).toSorted()).toEqual(['config.json', 'model.safetensors']);
  const [first, second] = await Promise.all([model, out].map(folder => readTensors(join(folder, 'model.safetensors'))));
  expect(second?.header).toEqual(first?.header);
  expect(second?.of('model.norm.weight')).toEqual(first?.of('model.norm.weight'));
  const drawn = numbersOf(second?.of('model.layers.0.mlp.up_proj.weight') ?? Buffer.alloc(0));
  expect(drawn).toHaveLength(96 * 64);
  expect(rms(drawn)).toBeCloseTo(0.018, 2);
});

test('what is quantised is refused by its name', async () => {
  await using place = await temporaryFolder();
  const model = await modelFolder(place.path, 'I32');
  const {exitCode, stderr} = await make('model', join(place.path, 'next'), '--model', model);
  expect(exitCode).toBe(1);
  expect(stderr).toContain('model.layers.0.mlp.up_proj.weight is I32');
});
