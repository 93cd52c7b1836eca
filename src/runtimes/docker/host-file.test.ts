import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {projectRoot} from '../../root.ts';
import {readHostFile} from './host-file.ts';

const shipped = join(projectRoot, 'docker', 'hosts');
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cutover-hosts-'));
});
afterAll(() => rm(folder, {recursive: true}));

const write = async (text: string) => {
  const file = join(folder, 'mine.yaml');
  await writeFile(file, text);
  return file;
};

describe('the files that are shipped', () => {
  test('fake-engine asks for its image, for no GPU, and for caches that no real engine uses', async () => {
    expect(await readHostFile('fake-engine', shipped)).toEqual({
      image: 'cutover-fake-engine:latest',
      gpus: 'none',
      modelCache: 'cutover-fake-models',
      compileCache: 'cutover-fake-compiled',
    });
  });

  test('gpu-host differs between the engines in what is started and where Python looks for it, and in nothing else', async () => {
    const [vllm, sglang] = await Promise.all(
      ['gpu-host-vllm', 'gpu-host-sglang'].map(name => readHostFile(name, shipped)),
    );
    expect(vllm?.gpus).toEqual({
      devices: ['/dev/nvidia0', '/dev/nvidiactl', '/dev/nvidia-uvm', '/dev/nvidia-uvm-tools'],
    });
    const {PYTHONPATH, VLLM_USE_FLASHINFER_SAMPLER, ...environment} = vllm?.environment ?? {};
    const {PYTHONPATH: sglangPath, ...sglangEnvironment} = sglang?.environment ?? {};
    expect(sglangEnvironment).toEqual(environment);
    expect([PYTHONPATH, sglangPath, VLLM_USE_FLASHINFER_SAMPLER]).toEqual([
      '/eng/vllm:/eng/common',
      '/eng/sglang:/eng/common:/eng/stubs:/eng/pd',
      '0',
    ]);
    const neither = {command: [], environment: {}};
    expect({...sglang, ...neither}).toEqual({...vllm, ...neither});
  });
});

test('a file is read from its path, and may be empty', async () => {
  expect(await readHostFile(await write('shmSizeGiB: 8\n'), shipped)).toEqual({shmSizeGiB: 8});
  expect(await readHostFile(await write('# nothing special\n'), shipped)).toEqual({});
});

test('every mistake is named at once, with its place', async () => {
  const file = await write(
    'image: ""\nshm: 8\nbinds: [/data]\npublish: localhost\nmodelCache: ~/models\ncompileCache: /kernels\n',
  );
  const {message, code} = await readHostFile(file, shipped).catch(error => error);
  expect(code).toBe('BAD_STACK');
  const [first, ...mistakes] = message.split('\n');
  expect(first).toBe(`${file} is not a host file:`);
  expect(mistakes.map((mistake: string) => mistake.trim().split(':')[0])).toEqual([
    'image',
    'binds.0',
    'modelCache',
    'compileCache',
    'publish',
    'Unrecognized key',
  ]);
});

test('an unknown name is answered with the names that there are', async () => {
  const {message, hint} = await readHostFile('gpu', shipped).catch(error => error);
  expect(message).toBe(`There is no host named gpu in ${shipped}`);
  expect(hint).toBe('Name one of fake-engine, gpu-host-sglang, gpu-host-vllm, or give the path of a YAML file.');
});
