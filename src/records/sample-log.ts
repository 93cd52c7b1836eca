import {type FileHandle, open} from 'node:fs/promises';
import type {Sample} from '../schema/sample.ts';

/** Few enough to lose when the harness is killed, enough to write seldom while requests are being timed. */
const bufferedCharacters = 64 * 1024;

/** A file that takes one JSON line a sample. */
export interface SampleLog {
  /** Returns at once; a write that fails later is thrown by `flush`. */
  append(sample: Sample): void;
  /** Everything appended so far is on the disk when it resolves. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Creates the file; rejects where it exists already or cannot be made. */
export const createSampleLog = async (path: string): Promise<SampleLog> => {
  const file: FileHandle = await open(path, 'wx');
  let buffer = '';
  let written = Promise.resolve();
  const write = () => {
    const text = buffer;
    buffer = '';
    written = written.then(() => file.appendFile(text));
    written.catch(() => {}); // `flush` throws it; without this Node would end the process first
  };
  const flush = async () => {
    write();
    await written;
    await file.sync();
  };
  return {
    append(sample) {
      buffer += `${JSON.stringify(sample)}\n`;
      if (buffer.length >= bufferedCharacters) write();
    },
    flush,
    async close() {
      try {
        await flush();
      } finally {
        await file.close();
      }
    },
  };
};
