import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {cacheMounts, cacheSources, modelMount, wholeModelPath} from './cache-mounts.ts';

test('caches are volumes, unless this machine has a model cache and Docker runs on it', async () => {
  const home = await mkdtemp(join(tmpdir(), 'cutover-hf-'));
  const volumes = {models: 'cutover-models', compiled: 'cutover-compiled-vllm'};
  expect(cacheSources({}, 'vllm', false, {HF_HOME: home})).toEqual(volumes);
  expect(cacheSources({}, 'vllm', true, {HF_HOME: join(home, 'none')})).toEqual(volumes);
  expect(cacheSources({}, 'vllm', true, {HF_HOME: home})).toEqual({...volumes, models: home});
  expect(cacheSources({}, 'vllm', true, {HF_HOME: home, HF_HUB_CACHE: join(home, 'hub')}).models).toBe(home);
  expect(cacheSources({}, 'vllm', true, {HF_HOME: home, HF_HUB_CACHE: '/data/hub'})).toEqual(volumes);
  await rm(home, {recursive: true});
});

test('what the settings name is taken as it is', () => {
  const settings = {modelCache: '/data/models', compileCache: 'mine'};
  expect(cacheSources(settings, 'vllm', true, {})).toEqual({models: '/data/models', compiled: 'mine'});
});

test('the model cache lies inside the folder of all caches', () => {
  const container = {command: null, cacheFolder: '/root/.cache', environment: {}};
  expect(cacheMounts({models: '/data/models', compiled: 'compiled'}, container)).toEqual([
    {Type: 'volume', Source: 'compiled', Target: '/root/.cache'},
    {Type: 'bind', Source: '/data/models', Target: '/root/.cache/huggingface'},
  ]);
});

test.each([
  {model: 'some/model', local: true, mounted: null},
  {model: '/models/a', local: false, mounted: null},
  {model: '/models/a', local: true, mounted: '/models/a'},
  // The snapshot is links to files beside it.
  {model: '/hub/models--o--m/snapshots/0a1b', local: true, mounted: '/hub/models--o--m'},
])('the model $model on a Docker host that is local: $local mounts $mounted', ({model, local, mounted}) => {
  expect(modelMount(model, local)).toEqual(
    mounted === null ? null : {Type: 'bind', Source: mounted, Target: mounted, ReadOnly: true},
  );
});

test('a model that is named from here is a folder from its root on; a name of the hub stays a name', () => {
  expect(wholeModelPath('./qwen', true)).toBe(join(process.cwd(), 'qwen'));
  expect(wholeModelPath('../qwen', true)).toBe(join(process.cwd(), '..', 'qwen'));
  expect(wholeModelPath('org/qwen', true)).toBe('org/qwen');
  expect(wholeModelPath('./qwen', false)).toBe('./qwen');
});
