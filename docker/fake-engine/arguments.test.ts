import {expect, test} from 'vitest';
import {engines} from '../../src/engines/index.ts';
import {stackServer} from '../../src/schema/stack.ts';
import {readArguments} from './arguments.ts';

const server = (fields: object) =>
  stackServer.parse({role: 'chat', model: 'org/m', port: 8001, arguments: {}, ...fields});

/** What nobody asked for. */
const plain = {
  pageTokens: undefined,
  part: undefined,
  bootstrapPort: undefined,
  transferBackend: undefined,
  lora: false,
  adapters: [],
  sleeps: false,
};

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
    ...plain,
    modelPath: 'org/m',
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
    ...plain,
    modelPath: 'org/m',
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

test('a half of a pair, adapters, pages and the memory that can be given back are understood', () => {
  const pair = ['--disaggregation-mode', 'prefill', '--disaggregation-bootstrap-port', '9100'];
  const backend = ['--disaggregation-transfer-backend', 'nixl', '--page-size', '16', '--enable-memory-saver'];
  const paths = ['--lora-paths', 'a=/loras/a', '/loras/b', '--port', '1'];
  expect(readArguments(['sglang', 'serve', '--model-path', '/m', ...pair, ...backend, ...paths])).toMatchObject({
    part: 'prefill',
    bootstrapPort: 9100,
    transferBackend: 'nixl',
    pageTokens: 16,
    sleeps: true,
    lora: true,
    adapters: [
      {name: 'a', path: '/loras/a'},
      {name: '/loras/b', path: '/loras/b'},
    ],
    port: 1,
    modelPath: '/m',
  });
  const modules = ['--enable-lora', '--lora-modules', 'a=/loras/a', '--enable-sleep-mode', '--block-size', '32'];
  const blocks = ['--num-gpu-blocks-override', '10'];
  expect(readArguments(['vllm', 'serve', '--model', '/m', ...modules, ...blocks])).toMatchObject({
    ...{lora: true, adapters: [{name: 'a', path: '/loras/a'}], sleeps: true, pageTokens: 32, kvTokens: 320},
  });
});
