import type {ProcessMemory} from './nvidia-smi.ts';

/** MiB of these processes together; null where none of them was seen, or nvidia-smi does not tell of one that was. */
export const heldBy = (pids: readonly number[], held: ProcessMemory | null): number | null => {
  const seen = pids.flatMap(pid => (held?.has(pid) ? [held.get(pid) ?? null] : []));
  const told = seen.filter(usedMiB => usedMiB !== null);
  return seen.length === 0 || told.length < seen.length ? null : told.reduce((sum, usedMiB) => sum + usedMiB, 0);
};
