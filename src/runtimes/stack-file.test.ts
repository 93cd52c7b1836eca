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
          part: 'whole',
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

describe('a name that ends in numbers', () => {
  test.each([
    ['sglang-pd-1-2', {ratio: '1:2'}],
    ['sglang-pd-4-8', {ratio: '4:8'}],
    ['sglang-router-random-3', {replicas: 3}],
    ['sglang-pd', {ratio: '1:1'}],
  ])('%s is the plan without that end, with so many', async (name, counts) => {
    expect(await readStackFile(name, shipped)).toMatchObject({name, engine: 'sglang', ...counts});
  });

  test('is the file of that name where there is one', async () => {
    await writeFile(join(folder, 'own.yaml'), good);
    await writeFile(join(folder, 'own-2.yaml'), good.replace('mine', 'second'));
    expect((await readStackFile('own-2', folder)).name).toBe('second');
  });

  test('of a plan that counts nothing, or with a number that is none, is refused', async () => {
    expect((await failureOf(readStackFile('sglang-2', shipped))).message).toMatch(
      /replicas: is of no use: the plan leaves open no number of replica servers$/,
    );
    expect((await failureOf(readStackFile('sglang-router-random-1-2', shipped))).message).toMatch(
      /ratio: is of no use: the plan leaves open no number of prefill and decode servers$/,
    );
    expect((await failureOf(readStackFile('sglang-pd-1', shipped))).hint).toMatch(
      /^The name was read as sglang-pd with replicas 1\. -<prefill>-<decode> goes with/,
    );
    expect((await failureOf(readStackFile('sglang-pd-0-2', shipped))).message).toMatch(
      /ratio: must be prefill servers to decode/,
    );
  });
});

describe('servers that depend on one another', () => {
  const mistakesOf = (servers: string) =>
    mistakesIn(`name: mine\nengine: sglang\ndescription: A plan\nservers:\n${servers}`);
  const server = (fields: string) => `  - {role: chat, model: m, arguments: {}, ${fields}}\n`;
  const router = server('part: router, program: sglang-router, port: 9000');

  test('every mistake at once: fields of other parts, parts that are not there, ports that count into one another', async () => {
    const mistakes = await mistakesOf(
      server('part: replica, port: 8000, count: 3, bootstrapPort: 8998, cards: 1, onCards: [0]') +
        server(
          'part: replica, port: 8002, program: sglang-router, after: [decode], environment: {CUDA_VISIBLE_DEVICES: "1"}',
        ) +
        server('part: router, port: 65535, count: 2, also: {embed: e}'),
    );
    expect(mistakes).toEqual([
      'servers.0.bootstrapPort: only a prefill server has one',
      'servers.0.onCards: cards of its own and shared ones exclude each other: leave one out',
      'servers.1.program: only a router has one',
      'servers.1.environment.CUDA_VISIBLE_DEVICES: is set by cutover from cards and onCards; leave it out',
      'servers.2.count: a router is one; replica, prefill and decode are counted',
      'servers.2.program: is missing: a router says which program it is',
      'servers.2.also: only a whole server answers for several roles, not a router',
      "servers.2.part: behind embed's router stand no servers: they must be replicas, or prefill and decode",
      'servers.1.after: no server of this plan is decode',
      "servers.1.port: 8002 and replica's port, 8000 to 8002, overlap: each server needs its own",
      'servers.2.port: counts up to 65536, and ports end at 65535',
    ]);
  });

  test('a role has one router, and behind it replicas, or prefill and decode servers', async () => {
    const replica = server('part: replica, port: 8000');
    const prefill = server('part: prefill, port: 8100');
    expect(await mistakesOf(replica)).toEqual([
      'servers.0.part: chat needs one router in front of its servers, and has 0',
    ]);
    expect(await mistakesOf(prefill + router)).toEqual([
      "servers.0.part: behind chat's router stand prefill: they must be replicas, or prefill and decode",
    ]);
    expect(await mistakesOf(replica + prefill + router + router.replace('9000', '9001'))).toEqual([
      'servers.0.part: chat needs one router in front of its servers, and has 2',
      "servers.0.part: behind chat's router stand prefill and replica: they must be replicas, or prefill and decode",
    ]);
    expect(await mistakesOf(server('port: 7000') + replica + router)).toEqual([
      'servers.1.role: repeats role chat: each server needs its own',
      'servers.2.role: repeats role chat: each server needs its own',
    ]);
  });

  test('that wait for one another in a circle, and a router that is not known', async () => {
    const waiting = server('part: replica, port: 8000, after: [router]');
    expect(await mistakesOf(waiting + router)).toEqual([
      'servers.0.after: waits for servers that wait for it',
      'servers.1.after: waits for servers that wait for it',
    ]);
    const [unknown] = await mistakesOf(
      server('part: replica, port: 8000') + router.replace('program: sglang-router', 'program: nginx'),
    );
    expect(unknown).toMatch(
      /^servers\.1\.program: nginx is not a router that cutover can start; those are sglang-router, two-step/,
    );
    expect(
      await mistakesOf(
        server('part: replica, port: 8000') + router.replace('arguments: {}', 'arguments: {port: 1, policy: random}'),
      ),
    ).toEqual(['servers.1.arguments.port: is set by cutover; leave it out']);
  });
});

describe('a file that is not there', () => {
  test('by name: the names that are', async () => {
    const {message, hint} = await failureOf(readStackFile('slang', shipped));
    expect(message).toBe(`There is no stack file named slang in ${shipped}`);
    expect(hint).toMatch(/^Name one of bentoml-tuned, .*sglang-pd, .*.*vllm-tuned \(a name with /);
    expect(hint).toMatch(/ with so many servers \(sglang-pd-1-2\)\), or give the path of a YAML file\.$/);
    for (const name of ['slang-1-2', 'sglang-pd-1-2-3', 'sglang-pd-x-2', 'sglang-pd-', 'slang-7'])
      expect((await failureOf(readStackFile(name, shipped))).message).toBe(
        `There is no stack file named ${name} in ${shipped}`,
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
