import {mkdir, rename, writeFile} from 'node:fs/promises';
import {dirname, resolve, sep} from 'node:path';
import {CutoverError, reasonOf} from '../errors.ts';

export const notWritable = (path: string, cause: unknown) =>
  new CutoverError('RECORD_NOT_WRITABLE', `${path} cannot be written: ${reasonOf(cause)}`, {
    hint: 'Make room on the disk, or give --out a folder that you may write to.',
    cause,
  });

/** For `catch`. */
export const throwNotWritable = (path: string) => (cause: unknown) => {
  throw notWritable(path, cause);
};

/**
 * Writes a file of a run's folder, sub folders allowed. Whoever reads it sees the old content or the new one, never a
 * part, even after a power cut. Throws RECORD_NOT_WRITABLE, also for a name that leads out of the folder.
 */
export const writeInside = async (folder: string, name: string, content: string | Uint8Array): Promise<void> => {
  const path = resolve(folder, name);
  if (!path.startsWith(resolve(folder) + sep)) throw notWritable(path, `it lies outside the run's folder ${folder}`);
  try {
    await mkdir(dirname(path), {recursive: true});
    await writeFile(`${path}.tmp`, content, {flush: true});
    await rename(`${path}.tmp`, path);
  } catch (cause) {
    throw notWritable(path, cause);
  }
};
