import {createHash} from 'node:crypto';
import {basename} from 'node:path';
import {FloatColumn} from '../schema/float-column.ts';
import {badTrace, type TimedLine, timedLines} from './timed-lines.ts';

/** When requests arrived somewhere. */
export interface Trace {
  /** Its name without the folder. */
  readonly file: string;
  /** Of the file's bytes. */
  readonly sha256: string;
  /** Where its times stand and in which unit: `"timestamp" in ms`. */
  readonly times: string;
  /** Ascending, on whatever clock the trace has; at least two, and not all equal. 8 bytes a row: all that is kept of them. */
  readonly timesMs: Float64Array;
}

/**
 * Reads the arrival times of a trace file; whoever wants more of it gets every line in passing. Throws BAD_OPTIONS with
 * the line and the fix.
 */
export const readTrace = async (path: string, onLine?: (line: TimedLine) => void): Promise<Trace> => {
  const hash = createHash('sha256');
  const column = new FloatColumn();
  let times = '';
  for await (const line of timedLines(path, hash)) {
    column.push(line.atMs);
    times = line.format.what;
    onLine?.(line);
  }
  const timesMs = column.view.slice();
  if (timesMs.length === 0) throw badTrace(path, 'it holds no arrival');
  if (timesMs.at(-1) === timesMs[0])
    throw badTrace(
      path,
      timesMs.length === 1 ? 'it holds only one arrival' : 'all its arrivals are at the same time, which is no rate',
      'Send requests without a trace, with --concurrency or --rate.',
    );
  return {file: basename(path), sha256: hash.digest('hex'), times, timesMs};
};
