import {afterEach, expect, test, vi} from 'vitest';
import {engines} from '../engines/index.ts';
import {localNvidiaSmi} from '../gpu/local.ts';
import type {NvidiaSmi} from '../gpu/nvidia-smi.ts';
import {installNvidiaSmi, recordedCard} from '../gpu/test-nvidia-smi.ts';
import {createRunFolder} from '../records/run-folder.ts';
import {temporaryFolder} from '../records/test-folder.ts';
import {startEmbedded} from '../runtimes/embedded.ts';
import type {RunningServer} from '../runtimes/stack.ts';
import {estimatedTokenLength} from '../workloads/token-estimate.ts';
import {runTogether} from './run-trial.ts';
import {watchTrial} from './trial-watch.ts';

afterEach(() => vi.unstubAllEnvs());

test('a trial is watched from its first measured request to its last, and the KV pool meanwhile', async () => {
  await using place = await temporaryFolder();
  await installNvidiaSmi(place.path);
  vi.stubEnv('PATH', `${place.path}:${process.env.PATH}`);
  await using folder = await createRunFolder({outDir: `${place.path}/run`, reportsDir: place.path, runId: 'run'});
  const {signal} = new AbortController();
  const simulated = {engine: engines.simulated, dialect: 'vllm', model: 'mock', seed: 1, faults: [], signal} as const;
  await using embedded = await startEmbedded({...simulated, onLine() {}});
  let following = 0;
  const nvidiaSmi: NvidiaSmi = {
    read: localNvidiaSmi.read,
    async follow(args, onLine) {
      const one = await localNvidiaSmi.follow(args, onLine);
      following += 1;
      return {
        async [Symbol.asyncDispose]() {
          await one[Symbol.asyncDispose]();
          following -= 1;
        },
      };
    },
  };
  const stack = {
    ...embedded,
    nvidiaSmi,
    processesOf: async (role: string) => ({chat: [433], embed: [434], rerank: [435]})[role] ?? [],
  };
  const stage = {
    name: 'chat',
    // Between two waves of equal requests the pool is empty: one wave alone, of more than two seconds, is looked at after the first.
    workload: {kind: 'chat', promptTokens: 64, outputTokens: 1000},
    // Two seconds hold at least one row of each kind; what the recording prints at once lies before the measured part.
    load: {mode: 'closed', concurrency: 8, requests: 8, durationSeconds: null, warmup: 1},
  } as const;
  const [trial] = await runTogether([
    {
      index: 0,
      planned: {stage, repetition: 1, traceMs: null, prompts: null},
      stack,
      seed: 1,
      timeoutMs: 60_000,
      keepRaw: 0,
      workers: 1,
      tokenLength: estimatedTokenLength,
      folder,
      signal,
      onProgress() {},
    },
  ]);
  expect(following).toBe(0);
  expect(trial?.gpuMemoryUsedMiB).toEqual({before: 5271, after: 5271});
  expect(trial?.gpu).toMatchObject({cards: [{uuid: recordedCard}], servers: [{role: 'chat', memoryMaxMiB: 2116}]});
  expect(trial?.kvUse?.readings).toBeGreaterThan(0);
  expect(trial?.kvUse?.maxShare).toBeGreaterThan(0);
  expect(trial?.kvUse?.maxTokens).toBeGreaterThan(0);
});

test('processes of a neighbour are neither of the stack nor strangers', async () => {
  const lines: ((line: string) => void)[] = [];
  const nvidiaSmi: NvidiaSmi = {
    read: async () => '',
    async follow(_, onLine) {
      lines.push(onLine);
      return {[Symbol.asyncDispose]: async () => {}};
    },
  };
  const stackOf = (pids: Record<string, number>) => ({
    nvidiaSmi,
    servers: Object.keys(pids).map(role => ({role}) as RunningServer),
    processesOf: async (role: string) => [pids[role] ?? 0],
  });
  const othersMiB = async (...neighbours: ReturnType<typeof stackOf>[]) => {
    lines.length = 0;
    const watch = await watchTrial({
      stack: stackOf({chat: 7}),
      neighbours,
      kvTokens: null,
      readKvShare: async () => null,
    });
    const [memory, processes, state] = lines;
    memory?.('t, GPU-1, 400');
    for (const [pid, usedMiB] of [
      [7, 100],
      [8, 200],
      [9, 30],
    ])
      processes?.(`t, GPU-1, ${pid}, ${usedMiB}`);
    state?.('t, GPU-1, 300, 1800, 50, 0x0');
    return (await watch.end()).gpu?.othersMaxMiB;
  };
  expect(await othersMiB()).toBe(230);
  expect(await othersMiB(stackOf({chat: 8}))).toBe(30);
  expect(await othersMiB(stackOf({chat: 8, embed: 9}))).toBe(0);
});
