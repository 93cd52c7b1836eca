import {expect, test} from 'vitest';
import {type SimulatorConfig, simulatorConfig} from '../config.ts';
import {startSimulator} from '../server.ts';
import {chat, json, post, user} from '../test-client.ts';

const start = (options: Partial<SimulatorConfig>) =>
  startSimulator(simulatorConfig.parse({speed: 20, model: 'base', lora: true, ...options}));
const messages = [user('Which way to the station, and when does the last train of the day leave from there?')];
const answer = async (url: string, more: object) => {
  const {texts, usage, status} = await chat(url, messages, 12, more);
  return {text: texts.join(''), cached: usage?.prompt_tokens_details?.cached_tokens ?? 0, status};
};
const sent = async (url: string, body: object) => {
  const response = await post(url, body);
  return {status: response.status, body: await response.text()};
};

test('SGLang: adapters by base:name and by lora_path, each with answers and a cache of its own', async () => {
  await using simulator = await start({dialect: 'sglang', adapters: [{name: 'old', path: '/loras/old'}]});
  const {url} = simulator;
  const load = (name: string, path = `/loras/${name}`) =>
    json(post(`${url}/load_lora_adapter`, {lora_name: name, lora_path: path}));
  const base = await answer(url, {model: 'base'});
  const unknown = await post(`${url}/v1/chat/completions`, {model: 'base:new', messages});
  expect(unknown.status).toBe(400);
  expect(await unknown.json()).toMatchObject({
    type: 'BadRequest',
    message: "Got LoRA adapter that has never been loaded: new\nAll loaded adapters: dict_keys(['old']).",
  });

  expect(await load('new')).toEqual({
    rid: null,
    http_worker_ipc: null,
    success: true,
    error_message: '',
    loaded_adapters: {old: '/loras/old', new: '/loras/new'},
  });
  const byName = await answer(url, {model: 'base:new'});
  const byPath = await answer(url, {model: 'base', lora_path: 'new'});
  const old = await answer(url, {model: 'base:old'});
  expect(new Set([base.text, byName.text, old.text]).size).toBe(3);
  expect(byPath.text).toBe(byName.text);
  expect([base.cached, byName.cached, old.cached]).toEqual([0, 0, 0]);
  expect(byPath.cached).toBeGreaterThan(0);
  expect((await answer(url, {model: 'base'})).cached).toBe(byPath.cached);
  const listed = await json<{data: object[]}>(fetch(`${url}/v1/models`));
  expect(listed.data).toMatchObject([
    {id: 'base', parent: null},
    {id: 'old', root: '/loras/old', parent: 'base', max_model_len: null},
    {id: 'new'},
  ]);

  const twice = await post(`${url}/load_lora_adapter`, {lora_name: 'new', lora_path: '/loras/newer'});
  expect(twice.status).toBe(400);
  expect(await twice.json()).toMatchObject({
    success: false,
    error_message: 'Failed to load LoRA adapter new because it is already loaded',
  });
  expect(await json(post(`${url}/unload_lora_adapter`, {lora_name: 'new'}))).toMatchObject({
    success: true,
    loaded_adapters: {old: '/loras/old'},
  });
  expect((await sent(`${url}/unload_lora_adapter`, {lora_name: 'new'})).status).toBe(400);
  // Who asks for it again gets it again, with a cache of its own.
  expect(await answer(url, {model: 'base:new'})).toEqual({...byName, cached: 0});
  expect(await load('new')).toMatchObject({success: false});
});

test('SGLang without --enable-lora has no adapters', async () => {
  await using simulator = await start({dialect: 'sglang', lora: false});
  const {url} = simulator;
  expect(await json(post(`${url}/load_lora_adapter`, {lora_name: 'a', lora_path: '/a'}))).toMatchObject({
    error_message: 'LoRA is not enabled. Please set `--enable-lora` to enable LoRA.',
    loaded_adapters: null,
  });
  expect((await sent(`${url}/unload_lora_adapter`, {lora_name: 'a'})).status).toBe(400);
  const reply = await json(post(`${url}/v1/chat/completions`, {model: 'base:a', messages}));
  expect(reply).toMatchObject({message: expect.stringContaining('LoRA is not enabled')});
});

test('vLLM: an adapter is a model, and its blocks are found under its name', async () => {
  await using simulator = await start({dialect: 'vllm'});
  const {url} = simulator;
  const load = (fields: object) =>
    sent(`${url}/v1/load_lora_adapter`, {lora_name: 'new', lora_path: '/loras/1', ...fields});
  expect((await answer(url, {model: 'new'})).status).toBe(404);
  expect(await load({})).toEqual({status: 200, body: "Success: LoRA adapter 'new' added successfully."});
  expect(await load({})).toMatchObject({status: 400, body: expect.stringContaining('has already been loaded')});
  expect(await load({lora_path: ''})).toMatchObject({status: 400});
  const base = await answer(url, {model: 'base'});
  const first = await answer(url, {model: 'new'});
  expect(first.text).not.toBe(base.text);
  expect(first.cached).toBe(0);
  // New weights under an old name: the blocks of the old ones are found.
  expect(await load({lora_path: '/loras/2', load_inplace: true})).toMatchObject({status: 200});
  const second = await answer(url, {model: 'new'});
  expect(second.text).not.toBe(first.text);
  expect(second.cached).toBeGreaterThan(0);
  const {data} = await json<{data: object[]}>(fetch(`${url}/v1/models`));
  expect(data).toMatchObject([{id: 'base'}, {id: 'new', root: '/loras/2', parent: 'base'}]);
  const unload = () => sent(`${url}/v1/unload_lora_adapter`, {lora_name: 'new'});
  expect(await unload()).toEqual({status: 200, body: "Success: LoRA adapter 'new' removed successfully."});
  expect((await unload()).status).toBe(404);
  await using fixed = await start({dialect: 'vllm', loraAtRuntime: false, adapters: [{name: 'new', path: '/loras/1'}]});
  expect((await sent(`${fixed.url}/v1/load_lora_adapter`, {lora_name: 'x', lora_path: '/x'})).status).toBe(404);
  expect((await answer(fixed.url, {model: 'new'})).text).toBe(first.text);
});
