import {closeSync, fstatSync, openSync, readSync} from 'node:fs';
import {CutoverError} from '../errors.ts';
import type {TraceIndex, TraceRow} from '../schema/trace.ts';
import {rowFormatOf} from './row-format.ts';
import {badTrace, lineText} from './timed-lines.ts';

const changed = (path: string) =>
  new CutoverError('BAD_OPTIONS', `The trace ${path} was changed while it was replayed`, {
    hint: 'Run again, and leave the file alone until the run is over.',
  });

/** Fills `bytes` with those of the file from `start` on. */
const readBytes = ({path, bytes: size}: TraceIndex, start: number, bytes: Buffer): void => {
  // Opened anew for every stretch: no file has to be closed when a load ends, however it ends.
  const file = openSync(path, 'r');
  try {
    if (fstatSync(file).size !== size) throw changed(path);
    let length = 0;
    while (length < bytes.length) {
      const read = readSync(file, bytes, length, bytes.length - length, start + length);
      if (read === 0) throw changed(path);
      length += read;
    }
  } finally {
    closeSync(file);
  }
};

/** The last place of an ascending list whose value is not above `value`; -1 where all are. */
const lastNotAbove = (list: Float64Array, value: number): number => {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
};

/**
 * The rows of an indexed trace by their number, null past the last one. 16 kB of the file are held at a time, so that
 * rows asked for one after another are each read once. It reads without giving way to anything else, for about a tenth of a
 * millisecond every hundred rows. Throws BAD_OPTIONS where the file has another size than when it was indexed, or a row
 * cannot be read any more; a change of digits alone is only seen in the data hash.
 */
export const traceRows = (index: TraceIndex): ((row: number) => TraceRow | null) => {
  const {path, bytes, rows, firstLine, stretchRows, stretchBytes} = index;
  const format = rowFormatOf(firstLine);
  if (format === null) throw badTrace(path, 'it names no lengths');
  // One for all stretches: a buffer for each would be freed only some time after it was dropped.
  let room = Buffer.alloc(0);
  let held = {first: 0, end: 0, lines: [] as readonly string[]};

  const hold = (row: number) => {
    const stretch = lastNotAbove(stretchRows, row);
    const start = stretchBytes[stretch] as number;
    const length = (stretchBytes[stretch + 1] ?? bytes) - start;
    if (room.length < length) room = Buffer.alloc(length);
    readBytes(index, start, room.subarray(0, length));
    held = {
      first: stretchRows[stretch] as number,
      end: stretchRows[stretch + 1] ?? rows,
      lines: room
        .toString('utf8', 0, length)
        .split('\n')
        .map(lineText)
        .filter(line => line !== ''),
    };
  };

  return row => {
    if (row >= rows) return null;
    if (row < held.first || row >= held.end) hold(row);
    const read = format.read(held.lines[row - held.first] ?? '');
    if (typeof read === 'string') throw changed(path);
    return read;
  };
};
