import {expect, test} from 'vitest';
import {sglangWeights, vllmWeights} from './weights.ts';

test('a new adapter is loaded by a name, and asked for by it', () => {
  expect(sglangWeights.lora.load('step-2', '/adapters/2')).toEqual({
    what: 'load the adapter step-2',
    path: '/load_lora_adapter',
    json: {lora_name: 'step-2', lora_path: '/adapters/2'},
  });
  expect(vllmWeights.lora.load('step-2', '/adapters/2')).toMatchObject({path: '/v1/load_lora_adapter'});
  expect(sglangWeights.lora.model('policy', 'step-2')).toBe('policy:step-2');
  expect(vllmWeights.lora.model('policy', 'step-2')).toBe('step-2');
});

test('whether the cache is emptied with new weights is said only where it was asked', () => {
  const said = (flush: boolean | null) => sglangWeights.disk.load('/next', flush).call.json;
  expect(said(null)).toEqual({model_path: '/next'});
  expect(said(false)).toEqual({model_path: '/next', flush_cache: false});
  // vLLM has no such word: nothing may run while its cache is emptied.
  expect(vllmWeights.disk.load('/next', false)).toMatchObject({call: {path: '/collective_rpc'}, within: null});
  expect(vllmWeights.disk.load('/next', true)).toMatchObject({
    call: {path: '/collective_rpc'},
    within: {begin: {path: '/pause?mode=wait&clear_cache=true'}, end: {path: '/resume'}},
  });
});

test('what a server started with is read from its command line', () => {
  expect(sglangWeights.folderIn(['python', '-m', 'sglang.launch_server', '--model-path', '/models/a'])).toBe(
    '/models/a',
  );
  expect(vllmWeights.folderIn(['vllm', 'serve', '--model', '/models/a', '--port', '8000'])).toBe('/models/a');
  expect(vllmWeights.folderIn(['--port', '8000', '--model'])).toBeNull();
  expect(vllmWeights.folderIn([])).toBeNull();
});

test('a refusal is told in the words of the server, whatever its status', () => {
  const {problem} = sglangWeights;
  expect(problem({status: 200, body: '{"success":true,"message":"Succeeded"}'})).toBeNull();
  expect(problem({status: 200, body: ''})).toBeNull();
  expect(problem({status: 400, body: '{"success":false,"error_message":"LoRA is not enabled."}'})).toBe(
    'LoRA is not enabled.',
  );
  expect(problem({status: 400, body: '{"success":false,"message":"Failed to load"}'})).toBe('Failed to load');
  expect(problem({status: 500, body: ''})).toBe('status 500');
  expect(vllmWeights.problem({status: 200, body: 'Success: LoRA adapter added'})).toBeNull();
  expect(vllmWeights.problem({status: 200, body: '{"success":false}'})).toBe('it says success: false');
  expect(vllmWeights.problem({status: 404, body: '{"detail":"Not Found"}'})).toBe('status 404: {"detail":"Not Found"}');
});
