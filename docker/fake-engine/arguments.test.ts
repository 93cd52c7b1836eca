import {expect, test} from 'vitest';
import {engines} from '../../src/engines/index.ts';
import {stackServer} from '../../src/schema/stack.ts';
import {readArguments} from './arguments.ts';

const server = (fields: object) =>
  stackServer.parse({role: 'chat', model: 'org/m', port: 8001, arguments: {}, ...fields});

test('what cutover passes to vLLM is understood, whichever way vLLM is started', () => {
  const passed = engines.vllm.launch?.arguments(server({arguments: {'gpu-memory-utilization': 0.5}}), '0.0.0.0') ?? [];
  const expected = {
    dialect: 'vllm',
    host: '0.0.0.0',
    port: 8001,
    model: 'org/m',
    encoder: false,
    kvTokens: undefined,
    reportsCachedTokens: true,
    metricsEnabled: true,
  };
  expect(readArguments(['/usr/local/bin/vllm', 'serve', ...passed])).toEqual(expected);
  const module = ['-m', 'vllm.entrypoints.openai.api_server'];
  expect(readArguments(['/usr/local/bin/python3', ...module, ...passed])).toEqual(expected);
});

test('what cutover passes to SGLang is understood, whichever way SGLang is started', () => {
  const plan = server({role: 'embed', arguments: {'served-model-name': 'bge'}});
  const passed = engines.sglang.launch?.arguments(plan, '0.0.0.0') ?? [];
  const expected = {
    dialect: 'sglang',
    host: '0.0.0.0',
    port: 8001,
    model: 'bge',
    encoder: true,
    kvTokens: 84_973,
    reportsCachedTokens: false,
    metricsEnabled: true,
  };
  expect(readArguments(['/usr/local/bin/python3', '-m', 'sglang.launch_server', ...passed])).toEqual(expected);
  expect(readArguments(['/usr/local/bin/sglang', 'serve', ...passed])).toEqual(expected);
});

test.each(['vllm', 'sglang'] as const)("%s's flags for a KV pool of so many tokens give it that size", name => {
  const {launch} = engines[name];
  const passed = launch?.arguments(server({arguments: launch.kvTokensFlags(4096, server({}))}), '0.0.0.0') ?? [];
  expect(readArguments([name, 'serve', ...passed]).kvTokens).toBe(4096);
});

test("without a host each listens where the real one does: SGLang's loopback cannot be published", () => {
  expect(readArguments(['vllm', 'serve'])).toMatchObject({host: '0.0.0.0', port: 8000});
  expect(readArguments(['sglang', 'serve'])).toMatchObject({host: '127.0.0.1', port: 30_000});
});
