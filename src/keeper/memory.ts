import {z} from 'zod';
import {heldBy} from '../gpu/held-by.ts';
import {type NvidiaSmi, readProcessMemory} from '../gpu/nvidia-smi.ts';
import type {ServerHandle} from '../runtimes/server-handle.ts';
import type {KeeperMemory} from './contract.ts';

interface MemoryOf {
  readonly handles: readonly ServerHandle[];
  /** Null where the stack has no GPU that can be asked. */
  readonly nvidiaSmi: NvidiaSmi | null;
  /** The servers' own URLs; empty while they start. */
  readonly urls: readonly string[];
  /** Whether the servers are simulated: then they say themselves what they would take of a card. */
  readonly simulated: boolean;
  /** Processes beside the servers' own that belong to the stack. */
  readonly pids: readonly number[];
  readonly nowMs: () => number;
}

const withinMs = 2000;

/** What the stack holds now. Sums lack no server: where one does not tell, they are null. */
export const memoryNow = async (of: MemoryOf): Promise<KeeperMemory> => {
  const {handles, nvidiaSmi, urls, simulated, nowMs} = of;
  const vram = simulated ? sumOf(urls.map(takenMiB)) : realMiB(nvidiaSmi, of);
  const [vramMiB, hostMiB] = await Promise.all([vram, sumOf(handles.map(handle => handle.hostMiB()))]);
  return {atMs: nowMs(), vramMiB, hostMiB, simulated: simulated && vramMiB !== null};
};

/** Of all processes of the stack. */
export const processesNow = async ({handles, pids}: Pick<MemoryOf, 'handles' | 'pids'>): Promise<readonly number[]> => [
  ...(await Promise.all(handles.map(handle => handle.processes()))).flat(),
  ...pids,
];

const realMiB = async (nvidiaSmi: NvidiaSmi | null, of: MemoryOf): Promise<number | null> =>
  nvidiaSmi === null ? null : heldBy(await processesNow(of), await readProcessMemory(nvidiaSmi));

const sumOf = async (parts: readonly Promise<number | null>[]): Promise<number | null> => {
  const told = (await Promise.all(parts)).filter(one => one !== null);
  return told.length < parts.length || told.length === 0 ? null : told.reduce((sum, one) => sum + one, 0);
};

const taken = z.object({takenMiB: z.number()});

const takenMiB = async (url: string): Promise<number | null> => {
  try {
    const reply = await fetch(`${url}/simulator/memory`, {signal: AbortSignal.timeout(withinMs)});
    return taken.parse(await reply.json()).takenMiB;
  } catch {
    return null; // it is gone or hangs, or an older image
  }
};
