import {type FileHandle, open} from 'node:fs/promises';
import {notWritable, throwNotWritable} from './write-inside.ts';

/** A line leaves this process at most so much after it was appended, unless the disk itself is late. */
const batchMs = 20;
const pieceBytes = 64 * 1024;

/** A file of JSON lines that outlives its writer: what was appended is in the file soon after, whatever kills this process. */
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
  let batch = '';
  let timer: NodeJS.Timeout | null = null;
  let written = Promise.resolve();

  const write = async (text: string) => {
    if (broken.signal.aborted) return; // half a line may be the last one, and only that
    try {
      await file.appendFile(text);
    } catch (cause) {
      broken.abort(notWritable(path, cause));
    }
  };
  const flush = () => {
    timer = null;
    const text = batch;
    batch = '';
    written = written.then(() => write(text));
  };

  return {
    append(line) {
      if (broken.signal.aborted) return;
      batch += `${JSON.stringify(line)}\n`;
      timer ??= setTimeout(flush, batchMs);
    },
    broken: broken.signal,
    async [Symbol.asyncDispose]() {
      clearTimeout(timer ?? undefined);
      flush();
      await written;
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
