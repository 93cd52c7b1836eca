import {expect, test} from 'vitest';
import {modelCacheFolder} from './model-cache-folder.ts';

test.each([
  {environment: {HOME: '/home/me'}, home: '/home/me/.cache/huggingface', hub: '/home/me/.cache/huggingface/hub'},
  {environment: {HOME: '/me', XDG_CACHE_HOME: '/x'}, home: '/x/huggingface', hub: '/x/huggingface/hub'},
  {environment: {XDG_CACHE_HOME: '/x', HF_HOME: '/hf'}, home: '/hf', hub: '/hf/hub'},
  {environment: {HF_HOME: '/hf', HF_HUB_CACHE: '/hub'}, home: '/hf', hub: '/hub'},
  {environment: {HF_HOME: '', HOME: '/me'}, home: '/me/.cache/huggingface', hub: '/me/.cache/huggingface/hub'},
])('$environment has its models in $hub', ({environment, home, hub}) => {
  expect(modelCacheFolder(environment)).toEqual({home, hub});
});
