import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

/** An empty folder that is gone, with all that is in it, when its scope ends. */
export const temporaryFolder = async (): Promise<{readonly path: string} & AsyncDisposable> => {
  const path = await mkdtemp(join(tmpdir(), 'cutover-test-'));
  return {path, [Symbol.asyncDispose]: () => rm(path, {recursive: true, force: true})};
};
