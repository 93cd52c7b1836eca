import {access} from 'node:fs/promises';
import {join} from 'node:path';

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

/** The samples of a run's folder, packed or not; null where there are none. */
export const sampleFileOf = async (folder: string): Promise<string | null> => {
  for (const name of ['samples.jsonl', 'samples.jsonl.gz']) {
    const file = join(folder, name);
    if (await exists(file)) return file;
  }
  return null;
};
