import type {StartStage, StartupFacts} from './engine.ts';
import {mibOf, numberIn, sumIn} from './startup-lines.ts';

// It has no line about compiling: what it compiles, it compiles while it loads and records graphs.
const stages: readonly {readonly stage: StartStage; readonly begins: RegExp}[] = [
  {stage: 'load', begins: /Load weight begin\./},
  {stage: 'kv-pool', begins: /Load weight end\./},
  {stage: 'graphs', begins: /Capture .*CUDA graph begin\./},
  {stage: 'warm-up', begins: /Application startup complete\./},
];

export const sglangStageOf = (line: string): StartStage | null =>
  stages.find(({begins}) => begins.test(line))?.stage ?? null;

/** Its GB are 2^30 bytes. Its graphs are those of prefill and of decode together. */
export const readSglangStartup = (lines: readonly string[]): StartupFacts => ({
  seconds: {
    load: numberIn(lines, /Load weight end\. elapsed=([\d.]+) s/),
    compile: null,
    graphs: sumIn(lines, /Capture .*CUDA graph end\. elapsed=([\d.]+) s/),
  },
  memoryMiB: {
    weights: mibOf(numberIn(lines, /Load weight end\..* mem usage=([\d.]+) GB/)),
    kvPool: mibOf(kvPoolGiB(lines)),
    graphs: mibOf(sumIn(lines, /Capture .*CUDA graph end\..* mem usage=([\d.]+) GB/)),
    activations: null,
  },
  kvTokens: numberIn(lines, /KV Cache is allocated\..*#tokens: (\d+)/),
});

const kvPoolGiB = (lines: readonly string[]): number | null => {
  const keys = numberIn(lines, /KV Cache is allocated\..*K size: ([\d.]+) GB/);
  const values = numberIn(lines, /KV Cache is allocated\..*V size: ([\d.]+) GB/);
  return keys === null || values === null ? null : keys + values;
};
