import {readdir, rename} from 'node:fs/promises';
import {join} from 'node:path';
import type {Role} from '../schema/request.ts';

/**
 * Gives way to the log of a server that is started again in its run's folder: what `chat.log` holds becomes `chat.1.log`, the next
 * time `chat.2.log`, so that `chat.log` is always that of the latest start, and of it alone.
 */
export const setLogAside = async (folder: string, role: Role): Promise<void> => {
  const names = await readdir(folder);
  if (!names.includes(`${role}.log`)) return;
  const numbers = names.map(name => Number(new RegExp(`^${role}\\.(\\d+)\\.log$`).exec(name)?.[1] ?? 0));
  await rename(join(folder, `${role}.log`), join(folder, `${role}.${Math.max(...numbers) + 1}.log`));
};
