import {setTimeout as delay} from 'node:timers/promises';
import type {Finding} from '../schema/finding.ts';
import type {RunGpu} from '../schema/record.ts';
import {type NvidiaSmi, readGpuMemoryUsedMiB, readProcessMemory} from './nvidia-smi.ts';

/** What a driver keeps for itself moves by some MiB; a server's CUDA context alone is larger than this. */
const toleranceMiB = 64;
/** A process that was killed is gone before the driver has taken all of its memory back. */
const waitMs = 15_000;
const pollMs = 250;

/** Process numbers of the servers that other stacks of this harness have up at the time; null while those start, and are not known. */
export type Neighbours = () => Promise<readonly number[] | null>;

/** The GPUs' memory as it was before the first server was started. */
export interface GpuBefore {
  readonly beforeMiB: number;
  /**
   * Call it when the last server has stopped: waits until the memory is back, for 15 s at most (`waitMs`), and
   * says so where it is not.
   */
  afterStop(waitMs?: number): Promise<{gpu: RunGpu; findings: Finding[]}>;
}

/** MiB in use by others than the neighbours; null where nvidia-smi does not tell of all of it. */
const readUsedMiB = async (nvidiaSmi: NvidiaSmi, neighbours: Neighbours): Promise<number | null> => {
  const pids = await neighbours();
  if (pids === null) return null;
  const held = pids.length === 0 ? new Map() : await readProcessMemory(nvidiaSmi);
  const usedMiB = await readGpuMemoryUsedMiB(nvidiaSmi);
  if (usedMiB === null || held === null) return null;
  const theirs = pids.map(pid => (held.has(pid) ? (held.get(pid) ?? null) : 0));
  if (theirs.some(one => one === null)) return null;
  return Math.max(
    0,
    theirs.reduce<number>((left, one) => left - (one ?? 0), usedMiB),
  );
};

const holdersText = async (nvidiaSmi: NvidiaSmi, neighbours: readonly number[]): Promise<string> => {
  const held = [...((await readProcessMemory(nvidiaSmi)) ?? [])].filter(([pid]) => !neighbours.includes(pid));
  if (held.length === 0) return '';
  return `, held by ${held.map(([pid, usedMiB]) => `process ${pid}${usedMiB === null ? '' : ` (${usedMiB} MiB)`}`).join(', ')}`;
};

const notReturned = (
  {beforeMiB, afterStopMiB}: {beforeMiB: number; afterStopMiB: number},
  holders: string,
): Finding => ({
  code: 'gpu-memory-not-returned',
  severity: 'warning',
  message: `${afterStopMiB} MiB of GPU memory are in use after the last server stopped, ${afterStopMiB - beforeMiB} MiB more than before the first one was started (${beforeMiB} MiB)${holders}`,
  hint: 'nvidia-smi lists who holds it: end that process, or find out who started it meanwhile.',
});

/** Reads the GPUs' memory before a run, without what neighbours hold; null where nvidia-smi does not tell. */
export const gpuAround = async (
  nvidiaSmi: NvidiaSmi,
  neighbours: Neighbours = async () => [],
): Promise<GpuBefore | null> => {
  const read = () => readUsedMiB(nvidiaSmi, neighbours);
  // Neighbours that start at the same time hold nothing yet.
  const beforeMiB = await readUsedMiB(nvidiaSmi, async () => (await neighbours()) ?? []);
  if (beforeMiB === null) return null;
  const isBack = (usedMiB: number | null) => usedMiB === null || usedMiB <= beforeMiB + toleranceMiB;
  return {
    beforeMiB,
    async afterStop(limitMs = waitMs) {
      const untilMs = performance.now() + limitMs;
      let afterStopMiB = await read();
      while (!isBack(afterStopMiB) && performance.now() < untilMs) {
        await delay(pollMs);
        afterStopMiB = await read();
      }
      const findings =
        afterStopMiB === null || isBack(afterStopMiB)
          ? []
          : [notReturned({beforeMiB, afterStopMiB}, await holdersText(nvidiaSmi, (await neighbours()) ?? []))];
      return {gpu: {beforeMiB, afterStopMiB}, findings};
    },
  };
};
