import {constants} from 'node:fs';
import {access, readdir, stat, statfs} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import type {CacheFacts} from './plan-checks.ts';

/** The size of a model that the hub's cache holds; null where none of it is there. */
export const cachedModelBytes = (hub: string, model: string): Promise<number | null> =>
  folderBytes(join(hub, `models--${model.replaceAll('/', '--')}`, 'blobs'));

/** The size of the files below a folder, unfinished downloads left out; null where there are none. */
export const folderBytes = async (folder: string): Promise<number | null> => {
  const entries = await readdir(folder, {recursive: true, withFileTypes: true}).catch(() => []);
  const files = entries.filter(entry => !entry.isDirectory() && !entry.name.endsWith('.incomplete'));
  const sizes = await Promise.all(
    files.map(({parentPath, name}) =>
      stat(join(parentPath, name)).then(
        ({size}) => size,
        () => 0, // a link to nowhere
      ),
    ),
  );
  return sizes.length === 0 ? null : sizes.reduce((sum, size) => sum + size, 0);
};

/** Free space on the disk that has or would have this folder; null where that cannot be known. */
export const freeBytes = async (folder: string): Promise<number | null> => {
  const disk = await statfs(folder).catch(() => null);
  if (disk !== null) return disk.bavail * disk.bsize;
  const parent = dirname(folder);
  return parent === folder ? null : freeBytes(parent);
};

/** Of a folder on this machine. */
export const folderState = async (folder: string): Promise<CacheFacts['state']> => {
  const can = (mode: number) =>
    access(folder, mode).then(
      () => true,
      () => false,
    );
  if (!(await can(constants.F_OK))) return 'absent';
  return (await can(constants.W_OK)) ? 'writable' : 'read-only';
};
