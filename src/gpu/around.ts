import {setTimeout as delay} from 'node:timers/promises';
import type {Finding} from '../schema/finding.ts';
import type {RunGpu} from '../schema/record.ts';
import {type NvidiaSmi, readGpuMemoryUsedMiB, readProcessMemory} from './nvidia-smi.ts';

/** What a driver keeps for itself moves by some MiB; a server's CUDA context alone is larger than this. */
const toleranceMiB = 64;
/** A process that was killed is gone before the driver has taken all of its memory back. */
const waitMs = 15_000;
const pollMs = 250;

/** The GPUs' memory as it was before the first server was started. */
export interface GpuBefore {
  readonly beforeMiB: number;
  /**
   * Call it when the last server has stopped: waits until the memory is back, for 15 s at most (`waitMs`), and
   * says so where it is not.
   */
  afterStop(waitMs?: number): Promise<{gpu: RunGpu; findings: Finding[]}>;
}

const holdersText = async (nvidiaSmi: NvidiaSmi): Promise<string> => {
  const held = [...((await readProcessMemory(nvidiaSmi)) ?? [])];
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

/** Reads the GPUs' memory before a run; null where nvidia-smi does not tell. */
export const gpuAround = async (nvidiaSmi: NvidiaSmi): Promise<GpuBefore | null> => {
  const beforeMiB = await readGpuMemoryUsedMiB(nvidiaSmi);
  if (beforeMiB === null) return null;
  const isBack = (usedMiB: number | null) => usedMiB === null || usedMiB <= beforeMiB + toleranceMiB;
  return {
    beforeMiB,
    async afterStop(limitMs = waitMs) {
      const untilMs = performance.now() + limitMs;
      let afterStopMiB = await readGpuMemoryUsedMiB(nvidiaSmi);
      while (!isBack(afterStopMiB) && performance.now() < untilMs) {
        await delay(pollMs);
        afterStopMiB = await readGpuMemoryUsedMiB(nvidiaSmi);
      }
      const findings =
        afterStopMiB === null || isBack(afterStopMiB)
          ? []
          : [notReturned({beforeMiB, afterStopMiB}, await holdersText(nvidiaSmi))];
      return {gpu: {beforeMiB, afterStopMiB}, findings};
    },
  };
};
