import {describe, expect, test} from 'vitest';
import {engines} from '../../src/engines/index.ts';
import {calibrations} from '../../src/simulator/calibration.ts';
import {memoryParts} from '../../src/simulator/memory.ts';
import {sglangLog} from './sglang-log.ts';
import {vllmLog} from './vllm-log.ts';

const logs = {vllm: vllmLog, sglang: sglangLog};

/** What cutover's reader of this engine's log makes of the simulated one's. */
const readBack = (dialect: 'vllm' | 'sglang', encoder: boolean) => {
  const {launch} = engines[dialect];
  if (launch === null) throw new Error('has a log');
  const {memory} = calibrations[dialect];
  const lines = logs[dialect]({
    model: 'm',
    host: '0.0.0.0',
    port: 8000,
    encoder,
    memory: memoryParts(calibrations[dialect], memory.kvTokens),
    gpuBytes: memory.gpuBytes,
    kvTokens: memory.kvTokens,
    contextTokens: 32_768,
    stageSeconds: 0.02,
  }).flat();
  const stages = lines.map(line => launch.stageOf(line)).filter(stage => stage !== null);
  return {stages: [...new Set(stages)], ...launch.readStartup(lines)};
};

describe('the engine reads from the log of a simulated start what it would read from a real one', () => {
  test('vLLM, chat: 2.98 GiB of weights, 67.5 GiB of KV cache, 0.5 GiB of graphs', () => {
    expect(readBack('vllm', false)).toEqual({
      stages: ['load', 'compile', 'kv-pool', 'graphs', 'warm-up'],
      seconds: {load: 0.02, compile: 0.02, graphs: 0},
      memoryMiB: {weights: 3052, kvPool: 69_120, graphs: 512, activations: 573},
      kvTokens: 2_527_744,
    });
  });

  test('vLLM, an encoder: no KV cache', () => {
    expect(readBack('vllm', true)).toMatchObject({
      stages: ['load', 'compile', 'graphs', 'warm-up'],
      memoryMiB: {weights: 215, kvPool: null, graphs: 143},
      kvTokens: null,
    });
  });

  test('SGLang, chat: the graphs of prefill and of decode, 25.95 GiB each of keys and values', () => {
    expect(readBack('sglang', false)).toEqual({
      stages: ['load', 'kv-pool', 'graphs'],
      seconds: {load: 0.02, compile: null, graphs: 0.04},
      memoryMiB: {weights: 3103, kvPool: 53_146, graphs: 1188, activations: null},
      kvTokens: 1_943_850,
    });
  });

  test('SGLang, an encoder: a pool and no graphs', () => {
    expect(readBack('sglang', true)).toMatchObject({
      stages: ['load', 'kv-pool'],
      memoryMiB: {weights: 225, kvPool: 2990, graphs: null},
      kvTokens: 1_943_850,
    });
  });
});

test('a prefill server says where it can be asked, and captures no graphs of decode; a decode server has no prefix cache', () => {
  const {memory} = calibrations.sglang;
  const lines = (part: 'prefill' | 'decode') =>
    sglangLog({
      ...{model: 'm', host: '127.0.0.1', port: 8000, encoder: false, part, bootstrapPort: 8998, stageSeconds: 0.02},
      memory: memoryParts(calibrations.sglang, 1000),
      ...{gpuBytes: memory.gpuBytes, kvTokens: 1000, contextTokens: 32_768},
    })
      .flat()
      .join('\n');
  expect(lines('prefill')).toContain('CommonKVBootstrapServer started successfully on 127.0.0.1:8998');
  expect(lines('prefill')).not.toContain('Capture target decode');
  expect(lines('decode')).toContain('KV cache is forced as chunk cache for decode server');
  expect(lines('decode')).toContain('Capture target decode');
});
