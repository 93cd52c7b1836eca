import type {StartStage, StartupFacts} from './engine.ts';
import {mibOf, numberIn} from './startup-lines.ts';

// vLLM has two model runners, and its own rule for which model gets which: V1 says `Starting to load model …`, V2
// `Loading model from scratch...`; V1's weights are `X GiB memory`, V2's `X GiB`.
const stages: readonly {readonly stage: StartStage; readonly begins: RegExp}[] = [
  {stage: 'load', begins: /Starting to load model |Loading model from scratch/},
  {stage: 'compile', begins: /Using cache directory: .* for vLLM's torch\.compile|Directly load AOT compilation/},
  {stage: 'kv-pool', begins: /Available KV cache memory: |GiB memory for KV Cache as specified/},
  {stage: 'graphs', begins: /Capturing CUDA graphs/},
  {stage: 'warm-up', begins: /Graph capturing finished in /},
];

export const vllmStageOf = (line: string): StartStage | null =>
  stages.find(({begins}) => begins.test(line))?.stage ?? null;

export const readVllmStartup = (lines: readonly string[]): StartupFacts => ({
  seconds: {
    load: numberIn(lines, /Model loading took .* and ([\d.]+) seconds/),
    compile: numberIn(lines, /torch\.compile took ([\d.]+) s in total/),
    graphs: numberIn(lines, /Graph capturing finished in ([\d.]+) secs/),
  },
  memoryMiB: {
    weights: mibOf(numberIn(lines, /Model loading took ([\d.]+) GiB/)),
    kvPool: mibOf(kvPoolGiB(lines)),
    graphs: mibOf(numberIn(lines, /Graph capturing finished in .* took ([\d.]+) GiB/)),
    activations: mibOf(numberIn(lines, /([\d.]+) GiB for peak activation/)),
  },
  kvTokens: numberIn(lines, /GPU KV cache size: ([\d,]+) tokens/),
});

/** Encoders have no line about it. With an override the line tells what could have been had, not what was taken. */
const kvPoolGiB = (lines: readonly string[]): number | null => {
  const asked = numberIn(lines, /reserved ([\d.]+) GiB memory for KV Cache as specified/);
  const available = asked ?? numberIn(lines, /Available KV cache memory: ([\d.]+) GiB/);
  const blocks = numberIn(lines, /Overriding num_gpu_blocks=(\d+) with/);
  const taken = numberIn(lines, /with num_gpu_blocks_override=(\d+)/);
  if (available === null || blocks === null || taken === null) return available;
  return blocks > 0 ? (available * taken) / blocks : null;
};
