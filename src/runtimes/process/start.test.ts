import {once} from 'node:events';
import {existsSync, readFileSync} from 'node:fs';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import {CutoverError} from '../../errors.ts';
import {claimGpu} from '../../gpu/claim.ts';
import {freePort} from '../free-port.ts';
import {type ProcessOptions, startProcesses} from './start.ts';
import {pidIn, planFor, programFile, quickEngine, runs, until} from './test-programs/test-stack.ts';

let logDir = '';
let chatLog = '';
let lines: string[] = [];
beforeEach(async () => {
  logDir = await mkdtemp(join(tmpdir(), 'cutover-process-'));
  chatLog = join(logDir, 'chat.log');
  lines = [];
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(logDir, {recursive: true});
});

const options = async (name: string, changes: Partial<ProcessOptions> = {}): Promise<ProcessOptions> => ({
  engine: quickEngine,
  plan: planFor([{role: 'chat', port: await freePort()}]),
  launcher: [process.execPath, programFile(name)],
  python: 'python3',
  models: {},
  roles: ['chat'],
  host: '127.0.0.1',
  logDir,
  signal: new AbortController().signal,
  onLine: line => lines.push(line),
  ...changes,
});

describe('a server that starts', () => {
  test('is ready, is recorded with its command and its time, and is gone after disposal', async () => {
    const started = await options('healthy.ts', {models: {chat: 'other/model'}});
    const stack = await startProcesses(started);
    const [server] = stack.servers;
    const port = String(started.plan.servers[0]?.port);
    expect(stack.runtime).toBe('process');
    expect(stack.evidence).toBe('real');
    expect(stack.died.aborted).toBe(false);
    expect(server).toMatchObject({role: 'chat', url: `http://127.0.0.1:${port}`, model: 'other/model'});
    expect(server?.command?.slice(0, 2)).toEqual([process.execPath, programFile('healthy.ts')]);
    expect(server?.command).toEqual(expect.arrayContaining(['--port', port, 'other/model']));
    expect(server?.readySeconds).toBeGreaterThan(0);
    expect(stack.endpoint('chat')).toBe(server);
    expect(() => stack.endpoint('rerank')).toThrow('No server of this stack serves rerank: it serves chat');
    expect(lines[0]).toMatch(/^chat: starting .*healthy\.ts .*other\/model/);
    expect(lines[1]).toMatch(/^chat: ready after \d+\.\d s$/);
    await stack[Symbol.asyncDispose]();
    expect(stack.died.aborted).toBe(false); // it was stopped, which is no death
    await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow();
  });

  test('says its stages as it passes them, and is recorded with what its log tells and with its processes', async () => {
    await using stack = await startProcesses(await options('starts-like-vllm.ts'));
    const stages = ['loading weights', 'compiling', 'reserving the KV pool', 'recording CUDA graphs', 'warming up'];
    const said = lines
      .map(line => /^chat: (.*) \(after \d+\.\d s\)$/.exec(line)?.[1])
      .filter(line => line !== undefined);
    expect(said).toEqual(stages);
    expect(lines.at(-1)).toMatch(/^chat: ready after/);
    expect(stack.servers[0]).toMatchObject({
      container: null,
      startup: {pullSeconds: null, createSeconds: null, loadSeconds: 2.644542, compileSeconds: 23.98, graphsSeconds: 7},
      memory: {weightsMiB: 3052, kvPoolMiB: 69_120, graphsMiB: 512, processMiB: null, kvTokens: 2_527_744},
    });
    const family = [pidIn(chatLog, 'parent'), pidIn(chatLog, 'child')];
    expect(await stack.processesOf('chat')).toEqual(family.toSorted((one, other) => one - other));
    expect(await stack.processesOf('embed')).toEqual([]);
    await stack[Symbol.asyncDispose]();
    expect(await stack.processesOf('chat')).toEqual([]);
  });

  test('is told of by its own log when it is started again, and the log of the first start is kept', async () => {
    const first = await startProcesses(await options('starts-like-vllm.ts'));
    const told = first.servers[0]?.startup;
    await first[Symbol.asyncDispose]();
    const firstLog = readFileSync(chatLog, 'utf8');
    lines = [];
    await using second = await startProcesses(await options('healthy.ts'));
    expect(readFileSync(join(logDir, 'chat.1.log'), 'utf8')).toBe(firstLog);
    expect(told?.loadSeconds).not.toBeNull();
    expect(second.servers[0]?.startup?.loadSeconds).toBeNull(); // nothing of what the first one said
    expect(lines.filter(line => line.includes('(after'))).toEqual([]);
  });

  test('is simulated evidence when it says so of itself, whatever command started it', async () => {
    await using stack = await startProcesses(await options('simulator.ts'));
    expect(stack.evidence).toBe('simulated');
    expect(stack.endpoint('chat').facts.kvTokens).toBeGreaterThan(0);
  });

  test('is one of those that are needed; the others of the plan are not started', async () => {
    const plan = planFor([
      {role: 'chat', port: await freePort()},
      {role: 'embed', port: await freePort()},
      {role: 'rerank', port: await freePort()},
    ]);
    await using stack = await startProcesses(await options('healthy.ts', {plan, roles: ['rerank', 'chat']}));
    expect(stack.servers.map(({role}) => role)).toEqual(['chat', 'rerank']); // in the plan's order
    expect(existsSync(join(logDir, 'embed.log'))).toBe(false);
  });
});

describe('a server that is stopped', () => {
  test('and ignores SIGTERM is killed after the grace, and that is said', async () => {
    const stack = await startProcesses(await options('stubborn.ts'));
    await stack[Symbol.asyncDispose]();
    expect(lines.at(-1)).toBe('chat: did not stop within 0.5 s of SIGTERM, and was killed');
    expect(readFileSync(chatLog, 'utf8')).toContain('not now');
  });

  test('takes its children with it', async () => {
    const stack = await startProcesses(await options('parent.ts'));
    const family = [pidIn(chatLog, 'parent'), pidIn(chatLog, 'child')];
    expect(family.map(runs)).toEqual([true, true]);
    await stack[Symbol.asyncDispose]();
    expect(family.map(runs)).toEqual([false, false]);
  });

  test('is stopped even when its guard was killed', async () => {
    const stack = await startProcesses(await options('parent.ts'));
    const family = [pidIn(chatLog, 'parent'), pidIn(chatLog, 'child')];
    const death = once(stack.died, 'abort');
    process.kill(pidIn(chatLog, 'guard'), 'SIGKILL');
    await death;
    expect(stack.died.reason).toMatchObject({message: expect.stringContaining('lost its guard process')});
    await stack[Symbol.asyncDispose]();
    await until(() => !family.some(runs));
  });
});

describe('a server that dies', () => {
  const die = (url: string) => fetch(`${url}/die`).catch(() => null);

  test('aborts the stack with its exit code and its last words', async () => {
    await using stack = await startProcesses(await options('healthy.ts'));
    const death = once(stack.died, 'abort');
    await die(stack.endpoint('chat').url);
    await death;
    expect(stack.died.reason).toBeInstanceOf(CutoverError);
    expect(stack.died.reason).toMatchObject({
      code: 'ENGINE_DIED',
      message: expect.stringContaining('exited with code 3 while it should serve'),
      logTail: ['RuntimeError: the device went away'],
    });
  });

  test('takes its children with it before anybody disposes of the stack', async () => {
    await using stack = await startProcesses(await options('parent.ts'));
    const child = pidIn(chatLog, 'child');
    await die(stack.endpoint('chat').url);
    await until(() => !runs(child));
  });

  test('while another one starts ends the start of both', async () => {
    const [first, second] = [await freePort(), await freePort()];
    const plan = planFor([
      {role: 'chat', port: first},
      {role: 'embed', port: second},
    ]);
    const program = `process.argv.includes('${first}') ? '${programFile('healthy.ts')}' : '${programFile('never-ready.ts')}'`;
    const starting = startProcesses(
      await options('', {
        plan,
        roles: ['chat', 'embed'],
        launcher: [process.execPath, '--input-type=module', '-e', `import(${program})`, '--'],
        onLine: line => line.startsWith('embed: starting') && void die(`http://127.0.0.1:${first}`),
      }),
    );
    await expect(starting).rejects.toMatchObject({
      code: 'ENGINE_DIED',
      message: expect.stringMatching(/^The chat server .* exited with code 3/),
    });
    const embedLog = join(logDir, 'embed.log');
    if (existsSync(embedLog)) expect(runs(pidIn(embedLog, 'parent'))).toBe(false);
  });
});

test('where there is a GPU nothing is started while another cutover has it', async () => {
  const nvidiaSmi = join(logDir, 'nvidia-smi');
  await writeFile(nvidiaSmi, '#!/bin/sh\n[ "$1" = -L ] && echo "GPU 0: NVIDIA H100"\n', {mode: 0o755});
  vi.stubEnv('PATH', `${logDir}:${process.env.PATH}`);
  await using _held = await claimGpu('run a in /tmp/a, process 17');
  const starting = startProcesses(await options('healthy.ts'));
  await expect(starting).rejects.toMatchObject({
    code: 'GPU_BUSY',
    message: expect.stringContaining('run a in /tmp/a, process 17'),
  });
  expect(lines).toEqual([]);
});
