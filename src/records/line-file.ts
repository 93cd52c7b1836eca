import {type FileHandle, open} from 'node:fs/promises';
import {join} from 'node:path';
import {notWritable, throwNotWritable} from './write-inside.ts';

/** A file of JSON lines in a run's folder that grows while something runs. Closing it throws RECORD_NOT_WRITABLE. */
export interface LineFile extends AsyncDisposable {
  /** Returns at once; a write that fails later is thrown when the file is closed. */
  append(value: unknown): void;
}

/** A new file. Throws RECORD_NOT_WRITABLE, also where there is one of that name. */
export const createLineFile = async (folder: string, name: string): Promise<LineFile> => {
  const path = join(folder, name);
  if (!/^[\w.@-]+$/.test(name)) throw notWritable(path, 'it is no file name');
  const file: FileHandle = await open(path, 'ax').catch(throwNotWritable(path));
  let written: Promise<unknown> = Promise.resolve();
  return {
    append(value) {
      const line = `${JSON.stringify(value)}\n`;
      written = written.then(() => file.appendFile(line));
      written.catch(() => {}); // closing throws it; without this Node would end the process first
    },
    async [Symbol.asyncDispose]() {
      try {
        await written;
        await file.sync();
      } catch (cause) {
        throw notWritable(path, cause);
      } finally {
        await file.close();
      }
    },
  };
};
