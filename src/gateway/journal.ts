import {type FileHandle, open} from 'node:fs/promises';
import {CutoverError, reasonOf} from '../errors.ts';
import {type GatewayLine, gatewayLine} from '../schema/journal.ts';
import {maxRecent} from './admin/contract.ts';
import {lineBatch} from './line-batch.ts';

const recentMs = 60_000;
/** More than a line has: the last one is looked for in so much of the file's end. */
const tailBytes = 64 * 2 ** 10;

/** Every request that ended: on disk where there is a file, and the last minute of them in memory. */
export interface Journal extends AsyncDisposable {
  /** Of the last line; 0 where there is none. */
  readonly seq: number;
  add(line: Omit<GatewayLine, 'seq'>): void;
  /** At most `maxRecent` lines with a higher number, the oldest first. */
  recent(after: number): readonly GatewayLine[];
}

/**
 * `path` null keeps no file. One that is there is gone on with: its last number is the first one's predecessor. Throws
 * RECORD_NOT_WRITABLE where it cannot be opened; `warn` hears of lines that could not be written later on.
 */
export const openJournal = async (path: string | null, warn: (sentence: string) => void): Promise<Journal> => {
  const file = path === null ? null : await openFile(path);
  let seq = file === null ? 0 : await lastSeq(file);
  const batch =
    file === null
      ? null
      : lineBatch(
          text => file.appendFile(text),
          thrown => warn(`${path} lacks lines: ${reasonOf(thrown)}`),
        );
  let kept: GatewayLine[] = [];
  /** Those before are older than a minute, and dropped when they are the greater part. */
  let from = 0;

  return {
    get seq() {
      return seq;
    },
    add(ended) {
      seq += 1;
      const line = {seq, ...ended};
      batch?.add(JSON.stringify(line));
      kept.push(line);
      while ((kept[from] as GatewayLine).endMs < line.endMs - recentMs) from += 1;
      if (from <= kept.length / 2 || from < 1000) return;
      kept = kept.slice(from);
      from = 0;
    },
    recent(after) {
      const first = kept[from];
      if (first === undefined) return [];
      const start = from + Math.max(0, after + 1 - first.seq);
      return kept.slice(start, start + maxRecent);
    },
    async [Symbol.asyncDispose]() {
      await batch?.flush();
      await file?.close();
    },
  };
};

const openFile = async (path: string): Promise<FileHandle> => {
  try {
    return await open(path, 'a+');
  } catch (thrown) {
    throw new CutoverError('RECORD_NOT_WRITABLE', `The journal ${path} cannot be opened: ${reasonOf(thrown)}`, {
      hint: 'Name a file in a folder that is there and can be written.',
      cause: thrown,
    });
  }
};

/** A line that a kill cut in two is taken away: no line but the last of a journal is ever torn, and readers rely on it. */
const lastSeq = async (file: FileHandle): Promise<number> => {
  const {size} = await file.stat();
  const tail = Buffer.alloc(Math.min(size, tailBytes));
  await file.read(tail, 0, tail.length, size - tail.length);
  const whole = tail.subarray(0, tail.lastIndexOf(10) + 1);
  if (whole.length < tail.length) await file.truncate(size - tail.length + whole.length);
  for (const line of whole.toString().split('\n').reverse()) {
    const read = gatewayLine.safeParse(parsed(line));
    if (read.success) return read.data.seq;
  }
  return 0;
};

const parsed = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
};
