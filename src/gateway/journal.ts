import {open} from 'node:fs/promises';
import {reasonOf} from '../errors.ts';
import {openJournal as openJournalFile} from '../records/journal-file.ts';
import {type GatewayLine, gatewayLine} from '../schema/journal.ts';
import {maxRecent} from './admin/contract.ts';

const recentMs = 60_000;
/** Of what is kept: a line is moved so often by what it is divided by, and the journal swings in size by so much. */
const droppedShare = 1 / 16;
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
 * RECORD_NOT_WRITABLE where it cannot be opened; `warn` hears of it where it cannot be written later on: the service goes on, and the
 * file ends there.
 */
export const openJournal = async (path: string | null, warn: (sentence: string) => void): Promise<Journal> => {
  const file = path === null ? null : await openJournalFile(path);
  let seq = path === null ? 0 : await lastSeq(path);
  file?.broken.addEventListener('abort', () => warn(`${path} lacks lines: ${reasonOf(file.broken.reason)}`));
  let kept: GatewayLine[] = [];
  /** Those before are older than a minute, and dropped when they are a part of it: each by itself would cost a move of all others. */
  let from = 0;

  return {
    get seq() {
      return seq;
    },
    add(ended) {
      seq += 1;
      const line = {seq, ...ended};
      file?.append(line);
      kept.push(line);
      while ((kept[from] as GatewayLine).endMs < line.endMs - recentMs) from += 1;
      if (from <= kept.length * droppedShare || from < 1000) return;
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
      try {
        await file?.[Symbol.asyncDispose]();
      } catch {} // `warn` has heard of it
    },
  };
};

/** Of the last whole line: the file is open already, and what a kill tore is cut off. */
const lastSeq = async (path: string): Promise<number> => {
  await using file = await open(path);
  const {size} = await file.stat();
  const tail = Buffer.alloc(Math.min(size, tailBytes));
  await file.read(tail, 0, tail.length, size - tail.length);
  for (const line of tail.toString().split('\n').reverse()) {
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
