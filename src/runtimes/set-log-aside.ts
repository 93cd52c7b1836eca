import {readdir, rename} from 'node:fs/promises';
import {join} from 'node:path';

/**
 * Gives way to the log of a server that is started again in its run's folder: what `chat.log` holds becomes `chat.1.log`, the next
 * time `chat.2.log`, so that `chat.log` is always that of the latest start, and of it alone.
 */
export const setLogAside = async (folder: string, name: string): Promise<void> => {
  const names = await readdir(folder);
  if (!names.includes(`${name}.log`)) return;
  const numbers = names.map(file => Number(new RegExp(`^${name}\\.(\\d+)\\.log$`).exec(file)?.[1] ?? 0));
  await rename(join(folder, `${name}.log`), join(folder, `${name}.${Math.max(...numbers) + 1}.log`));
};
