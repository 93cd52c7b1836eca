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
    'shm',
  ]);
});

const mistakesIn = async (text: string): Promise<string[]> => {
  const {message} = await readHostFile(await write(text), shipped).catch(error => error);
  return message
    .split('\n')
    .slice(1)
    .map((mistake: string) => mistake.trim());
};

test.each(['some', '{cdis: [a]}', '1.5'])('gpus: %s is answered with all that can stand there', async gpus => {
  expect(await mistakesIn(`gpus: ${gpus}\n`)).toEqual([
    'gpus: must be all, none, a number, a list of indices or UUIDs, {cdi: […]} or {devices: […]}',
  ]);
});

test('an address, a number in the environment and unknown fields are answered with what was probably meant', async () => {
  expect(
    await mistakesIn('gpu: all\nshm: 8\npublish: localhost\nenvironment: {N: 3, DEBUG: true, EMPTY: , LIST: [1]}\n'),
  ).toEqual([
    'environment.N: must be text: put it in quotes ("3")',
    'environment.DEBUG: must be text: put it in quotes ("true")',
    'environment.EMPTY: must be text: put it in quotes ("")',
    'environment.LIST: must be text',
    'publish: must be an IP address of the Docker host',
    'gpu: no such field; did you mean gpus?',
    'shm: no such field',
  ]);
});

test('a secret is refused by its name, and its value is not repeated', async () => {
  const mistakes = await mistakesIn(
    'environment: {HF_TOKEN: hf_canary, MY_API_KEY: canary, HF_HOME: /x, EMPTY_TOKEN: ""}\n',
  );
  expect(mistakes.map(mistake => mistake.split('; leave')[0])).toEqual([
    'environment.HF_TOKEN: a secret does not belong into a file',
    'environment.MY_API_KEY: a secret does not belong into a file',
  ]);
  expect(mistakes[0]).toContain('export HF_TOKEN in the shell');
  expect(mistakes.join()).not.toContain('canary');
});

test('an unknown name is answered with the names that there are', async () => {
  const {message, hint} = await readHostFile('gpu', shipped).catch(error => error);
  expect(message).toBe(`There is no host file named gpu in ${shipped}`);
  expect(hint).toBe('Name one of fake-engine, gpu-host-sglang, gpu-host-vllm, or give the path of a YAML file.');
});
