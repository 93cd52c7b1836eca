import type {Hash} from 'node:crypto';
import {createReadStream} from 'node:fs';
import {CutoverError, reasonOf} from '../errors.ts';
import {type TimeFormat, timeFormatOf} from './time-format.ts';

/** A line of a trace that tells of one request. */
export interface TimedLine {
  /** In ms, on whatever clock the trace has; never less than that of the line before it. */
  readonly atMs: number;
  readonly text: string;
  /** 1 for the first line of the file. */
  readonly number: number;
  /** The byte of the file at which it begins. */
  readonly offset: number;
  /** The first line that is not empty, a header or a request. */
  readonly first: string;
  /** The same for all lines of a trace. */
  readonly format: TimeFormat;
}

/** Mooncake's longest line has 15 kB: this only keeps what is no text from filling the memory. */
const maxLineBytes = 4 * 1024 * 1024;

const lineFeed = 0x0a;
const gzipHead = Buffer.of(0x1f, 0x8b);

interface Line {
  readonly text: string;
  readonly offset: number;
}

/** The lines of a file without their ends, as many at a time as were read; its bytes go through `hash`. */
async function* linesOf(path: string, hash: Hash): AsyncGenerator<readonly Line[]> {
  let rest: Buffer = Buffer.alloc(0);
  let restOffset = 0;
  for await (const read of createReadStream(path) as AsyncIterable<Buffer>) {
    if (restOffset === 0 && rest.length === 0 && read.indexOf(gzipHead) === 0)
      throw badTrace(path, 'it is compressed', `Unpack it first: gunzip --keep ${path}`);
    hash.update(read);
    const bytes = rest.length === 0 ? read : Buffer.concat([rest, read]);
    const lines: Line[] = [];
    let start = 0;
    for (let end = bytes.indexOf(lineFeed); end >= 0; end = bytes.indexOf(lineFeed, start)) {
      lines.push({text: bytes.toString('utf8', start, end), offset: restOffset + start});
      start = end + 1;
    }
    rest = bytes.subarray(start);
    restOffset += start;
    if (rest.length > maxLineBytes) throw new Error('it has no lines');
    yield lines;
  }
  yield [{text: rest.toString('utf8'), offset: restOffset}];
}

const forms =
  'A trace is JSONL with "timestamp" in ms (Mooncake), or text whose first column is a date (Azure) or a number, in seconds (BurstGPT) or in the unit that its name ends in (time_ms).';

/** An error about a trace: its file, the reason, the fix. */
export const badTrace = (path: string, reason: string, hint: string = forms, cause?: unknown): CutoverError =>
  new CutoverError('BAD_OPTIONS', `The trace ${path} cannot be used: ${reason}`, {hint, cause});

/** The beginning of a line, for messages. */
export const shownLine = (line: string) => JSON.stringify(line.length > 80 ? `${line.slice(0, 80)}…` : line);

/** A line as it is read: without its end, and the first one without a byte order mark. */
export const lineText = (line: string): string => line.replace(/^\ufeff/, '').trimEnd();

/**
 * The lines of a trace file, one after another, each with its time; empty ones and a header are left out. The file's
 * bytes go through `hash`. Throws BAD_OPTIONS for a file that cannot be read, a line without a time, and one that is
 * earlier than the line before it.
 */
export async function* timedLines(path: string, hash: Hash): AsyncGenerator<TimedLine> {
  let format: TimeFormat | null = null;
  let first = '';
  let number = 0;
  let lastMs = Number.NEGATIVE_INFINITY;
  try {
    for await (const lines of linesOf(path, hash)) {
      for (const line of lines) {
        number += 1;
        const text = lineText(line.text);
        if (text === '') continue;
        if (format === null) {
          first = text;
          format = timeFormatOf(text);
          if (format.hasHeader) continue;
        }
        const atMs = format.timeMs(text);
        if (Number.isNaN(atMs)) throw badTrace(path, `line ${number} has no ${format.what}: ${shownLine(text)}`);
        if (atMs < lastMs)
          throw badTrace(
            path,
            `line ${number} is ${(lastMs - atMs) / 1000} s earlier than the one before it: ${shownLine(text)}`,
            'Sort its lines by time, or take it apart where it holds several traces.',
          );
        lastMs = atMs;
        yield {atMs, text, number, offset: line.offset, first, format};
      }
    }
  } catch (cause) {
    if (cause instanceof CutoverError) throw cause;
    throw badTrace(path, reasonOf(cause), `Check the path. ${forms}`, cause);
  }
}
