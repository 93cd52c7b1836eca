import {execFile} from 'node:child_process';
import {promisify} from 'node:util';
import type {Machine} from '../schema/record.ts';

type Gpu = Machine['gpus'][number];

/** A healthy nvidia-smi answers in under a second, a first call without persistence mode in a few. */
const limitMs = 10_000;

/** The GPUs of this machine in nvidia-smi's order; empty when there is no GPU, no driver or no nvidia-smi. */
export const readGpus = async (): Promise<Gpu[]> => {
  const page = await query('--query-gpu=name,uuid,memory.total,driver_version');
  return page === null ? [] : parseGpus(page);
};

/** MiB in use, summed over the GPUs, by whichever process; null when there is no GPU or one does not tell. */
export const readGpuMemoryUsedMiB = async (): Promise<number | null> => {
  const page = await query('--query-gpu=memory.used');
  return page === null ? null : parseMemoryUsedMiB(page);
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

const rowsOf = (page: string): readonly string[] =>
  page
    .split('\n')
    .map(row => row.trim())
    .filter(row => row !== '');

const run = promisify(execFile);

const query = (what: string): Promise<string | null> =>
  run('nvidia-smi', [what, '--format=csv,noheader,nounits'], {timeout: limitMs}).then(
    ({stdout}) => stdout,
    () => null,
  );
