import {type FileHandle, open} from 'node:fs/promises';
import {lineBatch} from './line-batch.ts';
import {notWritable, throwNotWritable} from './write-inside.ts';

const pieceBytes = 64 * 1024;

/** A file of JSON lines that outlives its writer: what was appended is in the file within 50 ms, unless the disk is late, whatever kills this process. */
export interface JournalFile extends AsyncDisposable {
  /** Returns at once. */
  append(line: object): void;
  /** Aborted with RECORD_NOT_WRITABLE where a write failed; nothing is written from then on, and disposing throws it. */
  readonly broken: AbortSignal;
}

/** Cuts off what stands behind the last whole line: it was torn when its writer was killed. */
const cutTornLine = async (file: FileHandle): Promise<void> => {
  const bytes = Buffer.alloc(pieceBytes);
  const {size} = await file.stat();
  let end = size;
  for (let lineFeed = -1; end > 0 && lineFeed < 0; ) {
    const start = Math.max(0, end - pieceBytes);
    const {bytesRead} = await file.read(bytes, 0, end - start, start);
    lineFeed = bytes.subarray(0, bytesRead).lastIndexOf(10);
    end = start + lineFeed + 1;
  }
  if (end < size) await file.truncate(end);
};

/**
 * Opens a journal to append to it, and makes it where there is none; a torn last line is cut off, so that no line but the
 * last can ever be torn. Throws RECORD_NOT_WRITABLE.
 */
export const openJournal = async (path: string): Promise<JournalFile> => {
  const file = await open(path, 'a+').catch(throwNotWritable(path));
  try {
    await cutTornLine(file);
  } catch (cause) {
    await file.close();
    throw notWritable(path, cause);
  }
  const broken = new AbortController();
  // Half a line may be the last one, and only that: nothing is written once a write has failed.
  const batch = lineBatch(
    async text => {
      if (!broken.signal.aborted) await file.appendFile(text);
    },
    cause => broken.abort(notWritable(path, cause)),
  );

  return {
    append(line) {
      if (!broken.signal.aborted) batch.add(JSON.stringify(line));
    },
    broken: broken.signal,
    async [Symbol.asyncDispose]() {
      await batch.flush();
      try {
        await file.sync();
      } catch (cause) {
        broken.abort(notWritable(path, cause));
      } finally {
        await file.close();
      }
      broken.signal.throwIfAborted();
    },
  };
};
