import {readFile} from 'node:fs/promises';

/** Of this start of the machine; null where it cannot be known. */
export const bootId = async (): Promise<string | null> => {
  const text = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  return text.trim() === '' ? null : text.trim();
};
