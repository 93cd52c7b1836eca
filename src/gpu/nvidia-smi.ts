import type {Machine} from '../schema/record.ts';
import {localNvidiaSmi} from './local.ts';
import {gpusQuery, memoryRoomQuery, memoryUsedQuery, processMemoryQuery} from './queries.ts';

type Gpu = Machine['gpus'][number];

/** A way to run nvidia-smi on the machine that has the GPU: here, or in a container of a Docker host. */
export interface NvidiaSmi {
  /** What one call prints; null when it cannot be run, fails or does not end within 10 s. */
  read(args: readonly string[]): Promise<string | null>;
  /** Starts one that repeats (`-lms`), and hands on each line it prints until it is disposed of. Rejects when it cannot start. */
  follow(args: readonly string[], onLine: (line: string) => void): Promise<AsyncDisposable>;
}

/** The GPUs, by default of this machine, in nvidia-smi's order; empty when there is no GPU, no driver or no nvidia-smi. */
export const readGpus = async (nvidiaSmi: NvidiaSmi = localNvidiaSmi): Promise<Gpu[]> => {
  const page = await nvidiaSmi.read(gpusQuery);
  return page === null ? [] : parseGpus(page);
};

/** MiB in use, summed over the GPUs, by whichever process; null when there is no GPU or one does not tell. */
export const readGpuMemoryUsedMiB = async (nvidiaSmi: NvidiaSmi): Promise<number | null> => {
  const page = await nvidiaSmi.read(memoryUsedQuery);
  return page === null ? null : parseMemoryUsedMiB(page);
};

/** What is in use on a card and what is left of it. */
export interface MemoryRoom {
  readonly usedMiB: number;
  readonly freeMiB: number;
}

/** Of the first card, or of the one with this UUID or index; null where there is none or it does not tell. */
export const readMemoryRoom = async (nvidiaSmi: Pick<NvidiaSmi, 'read'>, card?: string): Promise<MemoryRoom | null> =>
  parseMemoryRoom(await nvidiaSmi.read([...memoryRoomQuery, ...(card === undefined ? [] : ['-i', card])]));

/** From the first line of `used, free` in MiB. */
export const parseMemoryRoom = (page: string | null): MemoryRoom | null => {
  const [, used, free] = /^\s*(\d+), (\d+)\s*$/m.exec(page ?? '') ?? [];
  return used === undefined ? null : {usedMiB: Number(used), freeMiB: Number(free)};
};

/** MiB that each process holds, over all cards; `null` for one that nvidia-smi does not tell. */
export type ProcessMemory = ReadonlyMap<number, number | null>;

/** Every process on the GPUs; null when nvidia-smi cannot be asked. */
export const readProcessMemory = async (nvidiaSmi: NvidiaSmi): Promise<ProcessMemory | null> => {
  const page = await nvidiaSmi.read(processMemoryQuery);
  return page === null ? null : parseProcessMemory(page);
};

/** From lines of `name, uuid, memory.total, driver_version` without header and units. */
export const parseGpus = (page: string): Gpu[] =>
  rowsOf(page).flatMap(row => {
    const fields = row.split(', ');
    const [driver, memory = '', uuid] = fields.toReversed(); // counted from the end: a name may hold a comma
    const name = fields.slice(0, -3).join(', ');
    // A GPU that shares the machine's memory has "[N/A]" in its place.
    const memoryMiB = /^\[.+\]$/.test(memory) ? null : Number(memory);
    // "No devices were found" and messages of a broken driver are no rows.
    return name !== '' && uuid !== undefined && driver !== undefined && !Number.isNaN(memoryMiB)
      ? [{name, uuid, memoryMiB, driver}]
      : [];
  });

/** From one line of MiB per GPU. */
export const parseMemoryUsedMiB = (page: string): number | null => {
  const usedMiB = rowsOf(page).map(Number);
  return usedMiB.length > 0 && usedMiB.every(Number.isFinite) ? usedMiB.reduce((sum, one) => sum + one, 0) : null;
};

/** From one line of `pid, MiB` per process and card. */
const parseProcessMemory = (page: string): ProcessMemory => {
  const held = new Map<number, number | null>();
  for (const row of rowsOf(page)) {
    const [pidText = '', usedText = ''] = row.split(', ');
    const [pid, usedMiB] = [Number.parseInt(pidText, 10), Number.parseFloat(usedText)];
    if (Number.isNaN(pid)) continue; // a message of a broken driver
    const before = held.has(pid) ? (held.get(pid) ?? null) : 0;
    held.set(pid, before === null || Number.isNaN(usedMiB) ? null : before + usedMiB);
  }
  return held;
};

const rowsOf = (page: string): readonly string[] =>
  page
    .split('\n')
    .map(row => row.trim())
    .filter(row => row !== '');
