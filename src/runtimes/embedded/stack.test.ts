import {once} from 'node:events';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeAll, beforeEach, expect, test} from 'vitest';
import {engines} from '../../engines/index.ts';
import {projectRoot} from '../../root.ts';
import {chat, topologyPython} from '../process/test-programs/test-topology.ts';
import type {ServerHandle} from '../server-handle.ts';
import {readStackFile} from '../stack-file.ts';
import {type EmbeddedStackOptions, startEmbeddedStack} from './stack.ts';

const stacks = join(projectRoot, 'docker/stacks');
let python = '';
let logDir = '';
let lines: string[] = [];
beforeAll(async () => {
  python = await topologyPython();
}, 180_000);
beforeEach(async () => {
  logDir = await mkdtemp(join(tmpdir(), 'cutover-embedded-'));
  lines = [];
});
afterEach(() => rm(logDir, {recursive: true}));

const options = async (stack: string): Promise<EmbeddedStackOptions> => {
  const plan = await readStackFile(stack, stacks);
  const engine = Object.values(engines).find(({name}) => name === plan.engine) ?? engines.sglang;
  return {
    ...{engine, plan, dialect: engine.simulatorDialect ?? 'sglang', models: {}, seed: 1, faults: [], kvTokens: 4096},
    ...{roles: ['chat'], python, logDir, signal: new AbortController().signal, onLine: line => lines.push(line)},
  };
};

test('a prefill and two decode servers are simulated behind the real router, without a GPU, and one dies and takes all with it', async () => {
  const handles = new Map<string, ServerHandle>();
  const stack = await startEmbeddedStack({
    ...(await options('sglang-pd-1-2')),
    onServer: handle => handles.set(handle.name, handle),
  });
  const {url, facts, behind} = stack.endpoint('chat');
  expect(stack).toMatchObject({runtime: 'embedded', evidence: 'simulated', nvidiaSmi: null});
  expect(behind?.map(({name}) => name)).toEqual(['prefill-1', 'decode-1', 'decode-2']);
  expect(facts.kvTokens).toBe(2 * 4096); // where answers are written
  const answers = await Promise.all(['one', 'two', 'three'].map(text => chat(url, text)));
  expect(answers.map(({status}) => status)).toEqual([200, 200, 200]);

  const decode = behind?.[2]?.url;
  await stack.control?.kill('decode-2');
  await expect(fetch(`${decode}/health`)).rejects.toThrow();
  await stack.control?.start('decode-2');
  expect(stack.endpoint('chat').behind?.[2]?.url).toBe(decode);
  expect((await fetch(`${decode}/health`)).status).toBe(200);
  expect(stack.died.aborted).toBe(false);

  const death = once(stack.died, 'abort');
  await handles.get('prefill-1')?.kill();
  await death;
  expect(stack.died.reason.message).toMatch(/^The prefill-1 server \(SGLang, .*\) died: its thread ended with code 1/);
  await stack.stop();
  await expect(fetch(`${url}/health`)).rejects.toThrow();
});

test('a plan of plain servers is simulated too, each of them in a thread', async () => {
  await using stack = await startEmbeddedStack({
    ...(await options('vllm-tuned')),
    roles: ['chat', 'embed'],
    python: 'no-python',
  });
  expect(stack.servers.map(({role, model}) => [role, model])).toEqual([
    ['chat', 'Qwen/Qwen2.5-Coder-1.5B-Instruct-AWQ'],
    ['embed', 'BAAI/bge-base-en-v1.5'],
  ]);
  expect(new Set(stack.servers.map(({url}) => url)).size).toBe(2);
});

test('a router that this Python does not have is said, with where to get it', async () => {
  const starting = startEmbeddedStack({...(await options('sglang-router-random')), python: 'python3'});
  await expect(starting).rejects.toMatchObject({
    code: 'ENGINE_DID_NOT_START',
    hint: expect.stringMatching(/pip install sglang-router==0\.3\.2 .*--python/),
  });
});
