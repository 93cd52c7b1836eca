import type {Hash} from 'node:crypto';
import {createReadStream} from 'node:fs';
import {StringDecoder} from 'node:string_decoder';
import {CutoverError, reasonOf} from '../errors.ts';
import {type TimeFormat, timeFormatOf} from './time-format.ts';

/** A line of a trace that tells of one request. */
interface TimedLine {
  /** In ms, on whatever clock the trace has; never less than that of the line before it. */
  readonly atMs: number;
  readonly text: string;
  /** The same for all lines of a trace. */
  readonly format: TimeFormat;
}

/** Mooncake's longest line has 15 kB: this only keeps what is no text from filling the memory. */
const maxLineLength = 4 * 1024 * 1024;

/** The lines of a file without their ends, as many at a time as were read; its bytes go through `hash`. */
async function* linesOf(path: string, hash: Hash): AsyncGenerator<readonly string[]> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const bytes of createReadStream(path) as AsyncIterable<Buffer>) {
    hash.update(bytes);
    const lines = (rest + decoder.write(bytes)).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > maxLineLength) throw new Error('it has no lines');
    yield lines;
  }
  yield [rest + decoder.end()];
}

const forms =
  'A trace is JSONL with "timestamp" in ms (Mooncake), or text whose first column is a date (Azure) or a number, in seconds (BurstGPT) or in the unit that its name ends in (time_ms).';

/** An error about a trace: its file, the reason, the fix. */
export const badTrace = (path: string, reason: string, hint: string = forms, cause?: unknown): CutoverError =>
  new CutoverError('BAD_OPTIONS', `The trace ${path} cannot be used: ${reason}`, {hint, cause});

const shown = (line: string) => JSON.stringify(line.length > 80 ? `${line.slice(0, 80)}…` : line);

/**
 * The lines of a trace file, one after another, each with its time; empty ones and a header are left out. The file's
 * bytes go through `hash`. Throws BAD_OPTIONS for a file that cannot be read, a line without a time, and one that is
 * earlier than the line before it.
 */
export async function* timedLines(path: string, hash: Hash): AsyncGenerator<TimedLine> {
  let format: TimeFormat | null = null;
  let number = 0;
  let lastMs = Number.NEGATIVE_INFINITY;
  try {
    for await (const lines of linesOf(path, hash)) {
      for (const line of lines) {
        number += 1;
        const text = (number === 1 ? line.replace(/^\ufeff/, '') : line).trimEnd();
        if (text === '') continue;
        if (format === null) {
          format = timeFormatOf(text);
          if (format.hasHeader) continue;
        }
        const atMs = format.timeMs(text);
        if (Number.isNaN(atMs)) throw badTrace(path, `line ${number} has no ${format.what}: ${shown(text)}`);
        if (atMs < lastMs)
          throw badTrace(
            path,
            `line ${number} is ${(lastMs - atMs) / 1000} s earlier than the one before it: ${shown(text)}`,
            'Sort its lines by time, or take it apart where it holds several traces.',
          );
        lastMs = atMs;
        yield {atMs, text, format};
      }
    }
  } catch (cause) {
    if (cause instanceof CutoverError) throw cause;
    throw badTrace(path, reasonOf(cause), `Check the path. ${forms}`, cause);
  }
}
