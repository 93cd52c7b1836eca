import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {execa} from 'execa';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {engines} from '../engines/index.ts';
import {projectRoot} from '../root.ts';
import {freePort} from '../runtimes/free-port.ts';
import {type ProcessOptions, startProcesses} from '../runtimes/process/start.ts';
import type {ServerHandle} from '../runtimes/server-handle.ts';
import {readStackFile} from '../runtimes/stack-file.ts';
import {roles} from '../schema/request.ts';
import type {Terminal} from '../terminal.ts';
import {askContract} from './contract.ts';

const {bentoml} = engines;
let python = '';
let folder = '';
let port = 0;

// Made once and kept (.ci/run has done so): a first time takes half a minute, and fails where pip reaches no index.
beforeAll(async () => {
  python = (await execa(join(projectRoot, '.ci/bentoml-environment'))).stdout;
  folder = await mkdtemp(join(tmpdir(), 'cutover-bentoml-'));
  port = await freePort();
}, 180_000);
afterAll(() => rm(folder, {recursive: true, force: true}));

/** The shipped plan with small stand-ins for its models, always on the same port. */
const options = async (environment: Readonly<Record<string, string>> = {}): Promise<ProcessOptions> => {
  const plan = await readStackFile('bentoml-tuned', join(projectRoot, 'docker/stacks'));
  const servers = plan.servers.map(server => ({
    ...server,
    port,
    environment: {CUTOVER_MODELS: 'hashed', ...environment},
  }));
  return {
    ...{engine: bentoml, plan: {...plan, servers}, launcher: null, python, models: {embed: 'own/embedder'}},
    ...{roles, host: '127.0.0.1', logDir: folder, signal: new AbortController().signal, onLine() {}},
  };
};

/** What it says as soon as it says anything. */
const askedEarly = async (origin: string): Promise<readonly [Response, Response]> => {
  for (;;) {
    const health = await fetch(`${origin}/health`).catch(() => null); // until it listens
    if (health === null) await delay(50);
    else {
      const headers = {'content-type': 'application/json'};
      return [health, await fetch(`${origin}/embed`, {method: 'POST', headers, body: '{"texts":["a"]}'})];
    }
  }
};

/** As a user reads it: `npm run contract -- --json URL`. */
const contractOf = async (url: string) => {
  let said = '';
  const progress = {show() {}, finish() {}};
  const terminal = {out: (text: string) => (said += text), note() {}, progress} as unknown as Terminal;
  const asked = {seed: 7, timeout: 60, json: true};
  const {signal} = new AbortController();
  const exit = await askContract({urls: [url], options: asked, terminal, interrupted: signal});
  return {exit, ...JSON.parse(said).services[0]};
};

// BentoML takes seconds to be imported, and many of them on a busy machine.
describe('the service before, as BentoML runs it', {timeout: 120_000}, () => {
  test('answers 503 until its models are loaded, and then keeps the contract for all three roles', async () => {
    const origin = `http://127.0.0.1:${port}`;
    let early: ReturnType<typeof askedEarly> | undefined;
    const onServer = () => {
      early = askedEarly(origin);
    };
    const stack = await startProcesses({...(await options({CUTOVER_LOAD_SECONDS: '3'})), onServer});
    const [health, embed] = (await early) ?? [];
    expect([health?.status, await health?.json()]).toMatchObject([503, {status: 'unhealthy', framework: 'bentoml'}]);
    expect([embed?.status, embed?.headers.get('retry-after')]).toEqual([503, '5']);
    const loading = {error: 'The models are being loaded', code: 'engine_unavailable', field: null};
    expect(await embed?.json()).toEqual(loading);

    expect(stack.evidence).toBe('simulated');
    expect(stack.servers.map(server => [server.role, server.model, server.url])).toEqual([
      ['chat', 'Qwen/Qwen2.5-Coder-1.5B-Instruct-AWQ', origin],
      ['embed', 'own/embedder', origin],
      ['rerank', 'BAAI/bge-reranker-v2-m3', origin],
    ]);
    expect(await stack.processesOf('chat')).toHaveLength(1);
    expect(await stack.processesOf('embed')).toEqual([]); // counted once

    const {exit, simulated, checks} = await contractOf(origin);
    const by = (outcome: string): string[] =>
      checks.filter((check: {outcome: string}) => check.outcome === outcome).map(({id}: {id: string}) => id);
    expect([by('fail'), by('unknown'), by('note')]).toEqual([[], [], ['chat-default-temperature']]);
    expect({exit, simulated, passed: by('pass').length}).toEqual({exit: 0, simulated: true, passed: 27});
    const page = await (await fetch(`${origin}/metrics`)).text();
    expect(bentoml.metrics?.readFinished(page, 'embed')).toBeGreaterThan(0);

    await stack.stop();
    expect(stack.died.aborted).toBe(false);
    await expect(fetch(`${origin}/health`)).rejects.toThrow();
  });

  test('starts again where it was, is known to be dead as soon as it is killed, and leaves nothing', async () => {
    const handles: ServerHandle[] = [];
    await using stack = await startProcesses({...(await options()), onServer: handle => handles.push(handle)});
    const died = new Promise(resolve => stack.died.addEventListener('abort', resolve, {once: true}));
    expect(handles.map(handle => handle.roles)).toEqual([['chat', 'embed', 'rerank']]);
    await handles[0]?.kill();
    await died;
    expect(stack.died.reason).toMatchObject({code: 'ENGINE_DIED', message: expect.stringContaining('SIGKILL')});
    await stack.stop();
    expect(await handles[0]?.processes()).toEqual([]);
  });

  test('does not start without its models, and says why', async () => {
    await expect(startProcesses(await options({CUTOVER_MODELS: ''}))).rejects.toMatchObject({
      code: 'ENGINE_DID_NOT_START',
      message: expect.stringContaining('exited with code 1'),
      hint: expect.stringContaining('--python'),
    });
  });
});
