import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {projectRoot} from '../root.ts';
import {readSglangStartup, sglangStageOf} from './sglang-startup.ts';
import {readVllmStartup, vllmStageOf} from './vllm-startup.ts';

/** What a real server wrote until it was ready, each drawing of a progress bar as a line. */
const recorded = (name: string): string[] =>
  readFileSync(join(projectRoot, 'fixtures/startup', `${name}.log`), 'utf8').split(/[\r\n]+/);

const stagesOf = (lines: readonly string[], stageOf: typeof vllmStageOf) => [
  ...new Set(lines.map(stageOf).filter(stage => stage !== null)),
];

describe('a start of vLLM', () => {
  test('a decoder, on the model runner V2, tells all of its parts', () => {
    const lines = recorded('vllm/chat');
    expect(readVllmStartup(lines)).toEqual({
      seconds: {load: 2.644542, compile: 23.98, graphs: 7},
      memoryMiB: {weights: 3052, kvPool: 69_120, graphs: 512, activations: 573}, // 2.98, 67.5, 0.50 and 0.56 GiB
      kvTokens: 2_527_744,
    });
    expect(stagesOf(lines, vllmStageOf)).toEqual(['load', 'compile', 'kv-pool', 'graphs', 'warm-up']);
  });

  test('an encoder, on the model runner V1, has no KV pool and does not tell its activations', () => {
    const lines = recorded('vllm/embed');
    expect(readVllmStartup(lines)).toEqual({
      seconds: {load: 0.548446, compile: 9.28, graphs: 2},
      memoryMiB: {weights: 215, kvPool: null, graphs: 143, activations: null}, // 0.21 and 0.14 GiB
      kvTokens: null,
    });
    expect(stagesOf(lines, vllmStageOf)).toEqual(['load', 'compile', 'graphs', 'warm-up']);
    expect(readVllmStartup(recorded('vllm/rerank'))).toEqual({
      seconds: {load: 0.83586, compile: 12.03, graphs: 3},
      memoryMiB: {weights: 1085, kvPool: null, graphs: 225, activations: null},
      kvTokens: null,
    });
  });

  test('with a number of blocks given, the pool is what was taken of what could have been had', () => {
    const lines = [
      'INFO [gpu_worker.py:560] Available KV cache memory: 67.5 GiB',
      'INFO [kv_cache_utils.py:2115] Overriding num_gpu_blocks=157984 with num_gpu_blocks_override=12500',
      'INFO [kv_cache_utils.py:2177] GPU KV cache size: 200,000 tokens',
    ];
    // 67.5 GiB x 12500 / 157984 = 5.34 GiB; by hand 200,000 x 28,672 bytes = 5469 MiB.
    expect(readVllmStartup(lines)).toMatchObject({memoryMiB: {kvPool: 5469}, kvTokens: 200_000});
  });

  test('with a pool given in bytes, it is the one', () => {
    const line =
      'Initial free memory 78.66 GiB, reserved 4.0 GiB memory for KV Cache as specified by kv_cache_memory_bytes';
    expect(readVllmStartup([line]).memoryMiB.kvPool).toBe(4096);
    expect(vllmStageOf(line)).toBe('kv-pool');
  });

  test('a warm start compiles nothing and still passes the stage', () => {
    expect(vllmStageOf('Directly load AOT compilation from path /root/.cache/vllm/torch_compile_cache')).toBe(
      'compile',
    );
  });
});

describe('a start of SGLang', () => {
  test('a decoder: graphs are those of prefill and decode together, and it has no line about compiling', () => {
    const lines = recorded('sglang/chat');
    expect(readSglangStartup(lines)).toEqual({
      seconds: {load: 0.69, compile: null, graphs: 66.8}, // 62.24 + 4.56
      memoryMiB: {weights: 3103, kvPool: 53_146, graphs: 1188, activations: null}, // 3.03, 2 x 25.95, 0.96 + 0.20 GiB
      kvTokens: 1_943_850,
    });
    expect(stagesOf(lines, sglangStageOf)).toEqual(['load', 'kv-pool', 'graphs', 'warm-up']);
  });

  test('an encoder has a KV pool and no graphs', () => {
    expect(readSglangStartup(recorded('sglang/embed'))).toEqual({
      seconds: {load: 0.05, compile: null, graphs: null},
      memoryMiB: {weights: 225, kvPool: 2990, graphs: null, activations: null}, // 0.22 and 2 x 1.46 GiB
      kvTokens: 84_973,
    });
    expect(readSglangStartup(recorded('sglang/rerank'))).toEqual({
      seconds: {load: 0.17, compile: null, graphs: null},
      memoryMiB: {weights: 1126, kvPool: 1475, graphs: null, activations: null}, // 1.10 and 2 x 0.72 GiB
      kvTokens: 15_721,
    });
  });
});

test.each([readVllmStartup, readSglangStartup])('a log that tells nothing gives nulls, never zeros', read => {
  expect(read(['INFO: hello'])).toEqual({
    seconds: {load: null, compile: null, graphs: null},
    memoryMiB: {weights: null, kvPool: null, graphs: null, activations: null},
    kvTokens: null,
  });
});
