import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {CutoverError} from '../errors.ts';
import {projectRoot} from '../root.ts';
import {readStackFile} from './stack-file.ts';

const shipped = join(projectRoot, 'docker', 'stacks');
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cutover-stacks-'));
});
afterAll(() => rm(folder, {recursive: true}));

const write = async (text: string) => {
  const file = join(folder, 'plan.yaml');
  await writeFile(file, text);
  return file;
};

const failureOf = async (reading: Promise<unknown>): Promise<CutoverError> => {
  const thrown: unknown = await reading.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(thrown instanceof CutoverError)) throw new Error(`expected a CutoverError, got ${String(thrown)}`);
  expect(thrown.code).toBe('BAD_STACK');
  return thrown;
};

const mistakesIn = async (text: string) => {
  const file = await write(text);
  const [first, ...mistakes] = (await failureOf(readStackFile(file, shipped))).message.split('\n');
  expect(first).toBe(`${file} is not a stack file:`);
  return mistakes.map(mistake => mistake.trim());
};

const good = `
name: mine
engine: vllm
description: A plan
servers:
  - {role: chat, model: org/m, port: 8000, arguments: {max-model-len: 4096, enforce-eager: true}}
`;

describe('the stacks that are shipped', () => {
  test.each([
    ['vllm-default', 'vllm', [8000, 8001, 8002]],
    ['vllm-tuned', 'vllm', [8000, 8001, 8002]],
    ['sglang', 'sglang', [30_000, 30_001, 30_002]],
  ])('%s serves every role on ports of its own', async (name, engine, ports) => {
    const plan = await readStackFile(name, shipped);
    expect(plan).toMatchObject({name, engine});
    expect(plan.servers.map(({role}) => role)).toEqual(['chat', 'embed', 'rerank']);
    expect(plan.servers.map(({port}) => port)).toEqual(ports);
  });

  test('keep their memory shares together below the card', async () => {
    for (const name of ['vllm-default', 'vllm-tuned']) {
      const {servers} = await readStackFile(name, shipped);
      const shares = servers.map(server => Number(server.arguments['gpu-memory-utilization']));
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeLessThan(1);
    }
  });
});

describe('a good file', () => {
  test('is read from its path, with the defaults filled in', async () => {
    expect(await readStackFile(await write(good), shipped)).toEqual({
      name: 'mine',
      engine: 'vllm',
      description: 'A plan',
      docker: {},
      servers: [
        {
          role: 'chat',
          model: 'org/m',
          port: 8000,
          arguments: {'max-model-len': 4096, 'enforce-eager': true},
          environment: {},
          docker: {},
          readyWithinSeconds: 600,
        },
      ],
    });
  });

  test('is read by its name from the folder of stacks', async () => {
    await write(good);
    expect((await readStackFile('plan', folder)).name).toBe('mine');
  });
});

describe('a file that is not there', () => {
  test('by name: the names that are', async () => {
    const {message, hint} = await failureOf(readStackFile('slang', shipped));
    expect(message).toBe(`There is no stack file named slang in ${shipped}`);
    expect(hint).toBe(
      'Name one of bentoml-tuned, bentoml-untuned, sglang, vllm-default, vllm-tuned, or give the path of a YAML file.',
    );
  });

  test('by name, where there are no stacks at all', async () => {
    expect((await failureOf(readStackFile('x', join(folder, 'nothing')))).hint).toBe('Give the path of a YAML file.');
  });

  test('by path: the path and the reason', async () => {
    const file = join(folder, 'missing.yaml');
    expect((await failureOf(readStackFile(file, shipped))).message).toBe(
      `The stack file ${file} cannot be read: there is no such file`,
    );
    expect((await failureOf(readStackFile(`${folder}/`, shipped))).message).toBe(
      `The stack file ${folder}/ cannot be read: it is a folder`,
    );
    expect((await failureOf(readStackFile('./here', shipped))).message).toContain('./here');
  });
});

describe('a bad file', () => {
  test('YAML that cannot be parsed: every place as line:column', async () => {
    const mistakes = await mistakesIn('name: mine\nengine: [vllm\nname: again\ndescription: "x\n');
    expect(mistakes.length).toBeGreaterThan(1);
    for (const mistake of mistakes) expect(mistake).toMatch(/^\d+:\d+ \S/);
  });

  test('the same key twice', async () => {
    expect(await mistakesIn(`${good}name: again\n`)).toEqual(['7:1 Map keys must be unique']);
  });

  test('an empty file', async () => {
    expect(await mistakesIn('')).toEqual(['Invalid input: expected object, received null']);
  });

  test('all mistakes at once, each with its dotted place', async () => {
    const mistakes = await mistakesIn(`
name: ""
engine: vlm
servers:
  - role: chat
    model: org/m
    port: 0
    arguments: {enable-prefix-caching: false, --seed: 1, stop: [1]}
    gpus: 2
  - role: chat
    model: org/m
    port: 8001
    arguments: {}
`);
    expect(mistakes).toEqual([
      'engine: vlm is not an engine that cutover can start; those are vllm, sglang, bentoml',
      'name: Too small: expected string to have >=1 characters',
      'description: is missing, expected string',
      'servers.0.port: Too small: expected number to be >=1',
      'servers.0.arguments.enable-prefix-caching: is false: leave the flag out, or name its negative form (for example no-enable-prefix-caching: true)',
      'servers.0.arguments.--seed: must be a flag without its leading dashes',
      'servers.0.arguments.stop: must be a string, a number or true',
      'servers.0.gpus: no such field',
    ]);
  });

  test('a field of a server that is misspelt, and a secret in its environment', async () => {
    const more = 'enviroment: {}, environment: {HF_TOKEN: hf_canary}, memory: {weightGiB: 1, kvBytesPerToken: 0}';
    expect(await mistakesIn(good.replace('port: 8000,', `port: 8000, ${more},`))).toEqual([
      'servers.0.memory.weightsGiB: is missing, expected number',
      'servers.0.memory.weightGiB: no such field; did you mean weightsGiB?',
      'servers.0.enviroment: no such field; did you mean environment?',
      expect.stringMatching(/^servers\.0\.environment\.HF_TOKEN: a secret does not belong into a file/),
    ]);
  });

  test('two servers on one role and port', async () => {
    const server = '  - {role: chat, model: org/m, port: 8000, arguments: {}}\n';
    expect(await mistakesIn(`name: mine\nengine: vllm\ndescription: A plan\nservers:\n${server}${server}`)).toEqual([
      'servers.1.role: repeats role chat: each server needs its own',
      'servers.1.port: repeats port 8000: each server needs its own',
    ]);
  });

  test('an engine that cutover knows and cannot start', async () => {
    expect(await mistakesIn(good.replace('vllm', 'openai'))).toEqual([
      'engine: openai is not an engine that cutover can start; those are vllm, sglang, bentoml',
    ]);
  });

  test('model, host and port among the arguments', async () => {
    expect(await mistakesIn(good.replace('max-model-len: 4096', 'port: 9000, model: other'))).toEqual([
      'servers.0.arguments.port: is set by cutover; leave it out',
      'servers.0.arguments.model: is set by cutover; leave it out',
    ]);
  });
});
