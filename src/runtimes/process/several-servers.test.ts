import {once} from 'node:events';
import {mkdtemp, readdir, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeAll, beforeEach, describe, expect, test, vi} from 'vitest';
import {engines} from '../../engines/index.ts';
import {stackPlan} from '../../schema/stack.ts';
import {freePort} from '../free-port.ts';
import type {ServerHandle} from '../server-handle.ts';
import type {Stack} from '../stack.ts';
import {type ProcessOptions, startProcesses} from './start.ts';
import {runs, until} from './test-programs/test-stack.ts';
import {chat, fakeSglang, topologyPython} from './test-programs/test-topology.ts';

let python = '';
let logDir = '';
let lines: string[] = [];
let handles = new Map<string, ServerHandle>();
beforeAll(async () => {
  python = await topologyPython();
}, 180_000);
beforeEach(async () => {
  vi.stubEnv('CUDA_VISIBLE_DEVICES', undefined);
  logDir = await mkdtemp(join(tmpdir(), 'cutover-several-'));
  lines = [];
  handles = new Map();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(logDir, {recursive: true});
});

/** Two simulated replicas behind the real router. */
const options = async (changes: Partial<ProcessOptions> = {}): Promise<ProcessOptions> => {
  const replica = async (more: object = {}) => ({
    ...{role: 'chat', part: 'replica', model: 'org/m', port: await freePort(), arguments: {}},
    environment: {CUTOVER_FAKE: 'print-env'},
    ...more,
  });
  const router = {role: 'chat', part: 'router', program: 'sglang-router', model: 'org/m', port: await freePort()};
  const plan = stackPlan.parse({
    ...{name: 'two', engine: 'sglang', description: 'two replicas in turn'},
    servers: [await replica(), await replica({after: []}), {...router, arguments: {policy: 'round_robin'}}],
  });
  return {
    ...{
      engine: engines.sglang,
      plan,
      launcher: fakeSglang,
      python,
      models: {},
      roles: ['chat'],
      host: '127.0.0.1',
      logDir,
    },
    signal: new AbortController().signal,
    onLine: line => lines.push(line),
    onServer: handle => handles.set(handle.name, handle),
    ...changes,
  };
};

const processesOf = async () => (await Promise.all([...handles.values()].map(handle => handle.processes()))).flat();
const finished = async ({endpoint, engine}: Stack) =>
  Promise.all(
    (endpoint('chat').behind ?? []).map(async ({url}) => {
      const page = await (await fetch(url + engine.metrics?.path)).text();
      return engine.metrics?.readFinished(page) ?? 0;
    }),
  );

test('replicas in turn serve as one, are told of each by itself, and one is killed and started again on purpose', async () => {
  const started = await options();
  const stack = await startProcesses(started);
  const [server] = stack.servers;
  const ports = started.plan.servers.map(({port}) => `http://127.0.0.1:${port}`);
  expect(stack.servers).toHaveLength(1);
  expect(server).toMatchObject({role: 'chat', url: ports[2], model: 'org/m', startup: null});
  expect(server?.members?.map(({name, url, cards}) => [name, url, cards])).toEqual([
    ['replica-1', ports[0], [0]],
    ['replica-2', ports[1], [1]],
    ['router', ports[2], []],
  ]);
  expect(stack.endpoint('chat').behind?.map(({name, part}) => [name, part])).toEqual([
    ['replica-1', 'replica'],
    ['replica-2', 'replica'],
  ]);
  const [one, two] = server?.members ?? [];
  expect(server?.facts.kvTokens).toBe(Number(one?.facts.kvTokens) + Number(two?.facts.kvTokens));
  expect(server?.facts.version).toBe(one?.facts.version);
  expect(server?.memory?.weightsMiB).toBe(2 * Number(one?.memory?.weightsMiB));
  expect(server?.readySeconds).toBeGreaterThanOrEqual(Math.max(Number(one?.readySeconds), Number(two?.readySeconds)));
  expect([stack.evidence, stack.runtime]).toEqual(['simulated', 'process']);
  expect((await readdir(logDir)).sort()).toEqual(['replica-1.log', 'replica-2.log', 'router.log']);
  expect(lines.some(line => line.startsWith('router: starting ') && line.includes('--policy round_robin'))).toBe(true);
  expect(lines[0]).toMatch(/^2 replica x 1 = 2 GPUs; /);

  for (const [name, gpu] of [
    ['replica-1', '0'],
    ['replica-2', '1'],
  ])
    expect(await readFile(join(logDir, `${name}.log`), 'utf8')).toContain(`environment CUDA_VISIBLE_DEVICES=${gpu}\n`);

  const before = await finished(stack);
  for (let number = 0; number < 6; number++)
    expect((await chat(stack.endpoint('chat').url, `n ${number}`)).status).toBe(200);
  expect((await finished(stack)).map((count, index) => count - Number(before[index]))).toEqual([3, 3]);

  expect((await stack.processesOf('chat')).length).toBeGreaterThanOrEqual(3);
  const pids = (await handles.get('replica-2')?.processes()) ?? [];
  await stack.control?.kill('replica-2');
  expect(pids.filter(runs)).toEqual([]);
  await stack.control?.kill('replica-2'); // gone already
  expect(stack.died.aborted).toBe(false);
  await expect(stack.control?.kill('replica-3')).rejects.toMatchObject({hint: expect.stringContaining('replica-2')});
  await stack.control?.start('replica-2', {model: 'org/next'});
  expect(stack.servers[0]?.members?.[1]).toMatchObject({name: 'replica-2', url: ports[1], model: 'org/next'});
  expect(await readFile(join(logDir, 'replica-2.log'), 'utf8')).toContain('org/next');
  expect(await readFile(join(logDir, 'replica-2.1.log'), 'utf8')).not.toContain('org/next');
  expect(stack.died.aborted).toBe(false);

  // One that was started again is watched again.
  const [death, all] = [once(stack.died, 'abort'), await processesOf()];
  await handles.get('replica-2')?.kill();
  await death;
  expect(stack.died.reason.message).toMatch(/^The replica-2 server \(SGLang, org\/next\) was ended by SIGKILL/);
  expect(stack.died.reason.logTail.length).toBeGreaterThan(0);
  await stack.stop();
  expect(all.filter(runs)).toEqual([]);
  await expect(stack.control?.start('replica-1')).rejects.toMatchObject({code: 'ENGINE_DIED'});
});

describe('when one of them dies', () => {
  test('all are stopped by themselves, and it is named', async () => {
    const stack = await startProcesses(await options());
    const [death, all] = [once(stack.died, 'abort'), await processesOf()];
    expect(all.every(runs)).toBe(true);
    await handles.get('router')?.kill();
    await death;
    expect(stack.died.reason).toMatchObject({
      code: 'ENGINE_DIED',
      message: expect.stringMatching(/^The router \(sglang_router, .* was ended by SIGKILL .*while it should serve/),
    });
    await until(() => !all.some(runs));
    await stack.stop();
  });

  test('while the others start, nothing stays, and a Python without the router is told so', async () => {
    const starting = startProcesses(await options({python: 'python3'}));
    await expect(starting).rejects.toMatchObject({
      code: 'ENGINE_DID_NOT_START',
      message: expect.stringMatching(/^The router \(sglang_router, 2 servers behind it\) exited with code 1/),
      hint: expect.stringContaining('pip install sglang-router==0.3.2'),
    });
    expect((await processesOf()).filter(runs)).toEqual([]);
    const dying = await options();
    const fails = startProcesses({
      ...dying,
      // Side by side: the second one dies while the first still starts.
      plan: {
        ...dying.plan,
        servers: dying.plan.servers.map((server, index) => ({
          ...server,
          environment: {CUTOVER_FAKE: index === 1 ? 'crash' : 'slow=2000'},
        })),
      },
    });
    await expect(fails).rejects.toMatchObject({
      message: expect.stringMatching(/^The replica-2 server .* exited with code 1/),
    });
    expect((await processesOf()).filter(runs)).toEqual([]);
  });
});
