import {expect, test} from 'vitest';
import {type SimulatorConfig, simulatorConfig} from '../config.ts';
import {startSimulator} from '../server.ts';
import {chat, json, post, until, user} from '../test-client.ts';

const start = (options: Partial<SimulatorConfig>) =>
  startSimulator(simulatorConfig.parse({speed: 20, model: 'base', modelPath: '/models/1', ...options}));
const messages = [user('Which way to the station, and when does the last train of the day leave from there?')];
const answer = async (url: string, tokens = 12) => {
  const {texts, usage, chunks} = await chat(url, messages, tokens);
  const reason = chunks.flatMap(({choices}) => choices.map(choice => choice.finish_reason)).findLast(Boolean);
  return {text: texts.join(''), cached: usage?.prompt_tokens_details?.cached_tokens ?? 0, reason, tokens: texts.length};
};
const running = (url: string, name: string) =>
  until(
    async () => (await fetch(`${url}/metrics`)).text(),
    page => new RegExp(`^${name}\\{.*\\} 1\\.0$`, 'm').test(page),
  );
const taken = async (url: string) => (await json<{takenMiB: number}>(fetch(`${url}/simulator/memory`))).takenMiB;
const gib = (bytes: number) => bytes / 2 ** 20;

test('SGLang: new weights give new answers, and keep the cache or flush it', async () => {
  await using simulator = await start({dialect: 'sglang'});
  const {url} = simulator;
  const update = (fields: object) =>
    json(post(`${url}/update_weights_from_disk`, {model_path: '/models/2', ...fields}));
  const first = await answer(url);
  expect(await update({flush_cache: false, weight_version: 'step-2'})).toEqual({
    success: true,
    message: 'Succeeded to update model weights. Weight version updated to step-2.',
    num_paused_requests: 0,
  });
  const kept = await answer(url);
  expect(kept.text).not.toBe(first.text);
  expect(kept.cached).toBeGreaterThan(0);
  expect(await json(fetch(`${url}/model_info`))).toMatchObject({model_path: '/models/2', weight_version: 'step-2'});
  expect(await json(fetch(`${url}/v1/models`))).toMatchObject({data: [{id: '/models/2'}]});
  expect(await update({model_path: '/models/1'})).toMatchObject({message: 'Succeeded to update model weights.'});
  expect(await answer(url)).toEqual(first);

  // One started from the other path answers as this one did.
  await using restarted = await start({dialect: 'sglang', modelPath: '/models/2'});
  expect((await answer(restarted.url)).text).toBe(kept.text);
});

test('SGLang: an update waits for what runs, or ends it', async () => {
  await using simulator = await start({dialect: 'sglang', speed: 2});
  const {url} = simulator;
  const ends: string[] = [];
  const noted = async <Value>(name: string, work: Promise<Value>) => {
    const value = await work;
    ends.push(name);
    return value;
  };
  const old = noted('old', answer(url, 150));
  await running(url, 'sglang:num_running_reqs');
  const update = (abort: boolean) =>
    post(`${url}/update_weights_from_disk`, {model_path: abort ? '/models/3' : '/models/2', abort_all_requests: abort});
  const updated = noted('updated', update(false));
  expect(await old).toMatchObject({tokens: 150, reason: 'length'});
  expect((await updated).status).toBe(200);
  expect(ends).toEqual(['old', 'updated']);
  expect((await old).text.startsWith((await answer(url, 3)).text)).toBe(false);

  const cut = answer(url, 2000);
  await running(url, 'sglang:num_running_reqs');
  expect((await update(true)).status).toBe(200);
  const {reason, tokens} = await cut;
  expect(reason).toBe('abort');
  expect(tokens).toBeLessThan(2000);
  expect(simulator.truth().map(({outcome}) => outcome)).toEqual(['ok', 'ok', 'aborted']);
});

test('SGLang: memory is given back by tag with --enable-memory-saver, and a request then kills the server', async () => {
  await using simulator = await start({dialect: 'sglang', sleeps: true, kvTokens: 100_000});
  const {url} = simulator;
  const first = await answer(url);
  const awake = await taken(url);
  const call = async (what: string, tags: object) => (await post(`${url}/${what}_memory_occupation`, tags)).text();
  expect(await call('release', {tags: ['kv_cache']})).toBe('null');
  expect(awake - (await taken(url))).toBeCloseTo(gib(100_000 * 28_672), 6);
  await call('release', {});
  expect(awake - (await taken(url))).toBeCloseTo(gib(100_000 * 28_672 + 3_248_488_448 + 1_247_805_440), 6);
  await call('resume', {});
  expect(await taken(url)).toBe(awake);
  expect(await answer(url)).toEqual(first); // the cache is lost, the weights are not
  await call('release', {});
  await expect(answer(url)).rejects.toThrow();
  expect(String(simulator.died.reason)).toContain('an illegal memory access was encountered');

  await using deaf = await start({dialect: 'sglang'});
  const before = await taken(deaf.url);
  await post(`${deaf.url}/release_memory_occupation`, {});
  expect(await taken(deaf.url)).toBe(before);
  expect(await answer(deaf.url)).toMatchObject({reason: 'length'});
});

test('vLLM: asleep it has given its memory back and lets requests wait; from level 2 it wakes without weights', async () => {
  await using simulator = await start({dialect: 'vllm', sleeps: true, kvTokens: 100_000});
  const {url} = simulator;
  const call = (path: string, body: object = {}) => post(`${url}${path}`, body);
  const sleeping = async () => (await json<{is_sleeping: boolean}>(fetch(`${url}/is_sleeping`))).is_sleeping;
  const first = await answer(url);
  const awake = await taken(url);

  const cut = answer(url, 2000);
  await running(url, 'vllm:num_requests_running');
  expect((await call('/sleep?level=1')).status).toBe(200);
  expect((await cut).reason).toBe('abort');
  expect(await sleeping()).toBe(true);
  expect(awake - (await taken(url))).toBeCloseTo(gib(100_000 * 28_672 + 3_199_750_636), 6);
  const page = await (await fetch(`${url}/metrics`)).text();
  expect(page).toMatch(/vllm:engine_sleep_state\{.*sleep_state="weights_offloaded"\} 1\.0/);
  const patient = answer(url);
  await call('/wake_up?tags=weights');
  expect(await sleeping()).toBe(true);
  await call('/wake_up?tags=kv_cache');
  expect(await patient).toEqual(first);
  expect(await sleeping()).toBe(false);
  expect(await taken(url)).toBe(awake);

  await call('/sleep?level=2');
  await call('/wake_up');
  const lost = await answer(url);
  expect(lost.text).not.toBe(first.text);
  const reload = (kwargs: object) => json(call('/collective_rpc', {method: 'reload_weights', kwargs}));
  expect(await reload({})).toEqual({results: [null]});
  expect(await answer(url)).toEqual({...first, cached: expect.any(Number)});
  await reload({weights_path: '/models/2'});
  const other = await answer(url);
  expect(other.text).not.toBe(first.text);
  expect(other.cached).toBeGreaterThan(0); // vLLM flushes nothing of itself
  expect((await call('/collective_rpc', {method: 'dance'})).status).toBe(500);
});

test('vLLM: paused it lets requests wait, and ends or awaits those it has', async () => {
  await using simulator = await start({dialect: 'vllm'});
  const {url} = simulator;
  const call = async (path: string) => json(post(`${url}${path}`, {}));
  const old = answer(url, 40);
  await running(url, 'vllm:num_requests_running');
  expect(await call('/pause?mode=wait')).toEqual({status: 'paused'});
  expect(await old).toMatchObject({tokens: 40, reason: 'length'});
  expect(await json(fetch(`${url}/is_paused`))).toEqual({is_paused: true});
  const waiting = answer(url);
  expect(await call('/resume')).toEqual({status: 'resumed'});
  expect((await waiting).tokens).toBe(12);
  expect((await post(`${url}/pause?mode=keep`, {})).status).toBe(400);
  expect(await call('/sleep?level=0').catch(() => null)).toBeNull(); // its reply is empty
  await post(`${url}/wake_up`, {});
  expect((await answer(url)).tokens).toBe(12);
});

test('two of the same seed and weights answer alike, and each has a truth of its own', async () => {
  await using one = await start({dialect: 'sglang'});
  await using other = await start({dialect: 'sglang'});
  expect(await answer(one.url)).toEqual(await answer(other.url));
  expect([one.truth().length, other.truth().length]).toEqual([1, 1]);
});
