import {join} from 'node:path';
import type {Readable} from 'node:stream';
import {CutoverError} from '../errors.ts';
import {type Sample, sample} from '../schema/sample.ts';
import {openPacked} from './open-packed.ts';
import {openSpool} from './read-spool.ts';
import {spoolName} from './spool.ts';
import {issuesText, unreadable} from './unreadable.ts';

const openSamples = async (folder: string): Promise<{file: string; stream: Readable}> => {
  const plain = join(folder, 'samples.jsonl');
  const opened = await openPacked(plain);
  if (opened !== null) return opened;
  throw unreadable(plain, 'neither it nor samples.jsonl.gz exists', {
    hint: 'Bring the samples from the machine that measured them, or ask only for formats that need none (not png).',
  });
};

/** `ended` is false for a last line without its line feed. */
async function* linesOf(stream: Readable): AsyncGenerator<{text: string; ended: boolean}> {
  let rest = '';
  for await (const chunk of stream.setEncoding('utf8')) {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) yield {text, ended: true};
  }
  if (rest !== '') yield {text: rest, ended: false};
}

/** Undefined for a line that is not JSON, which no JSON text stands for. */
const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** The samples of the first `bytes` of the lines. */
async function* samplesOfLines(folder: string, bytes: number): AsyncGenerator<Sample> {
  const {file, stream} = await openSamples(folder);
  const hint = 'Use the original file: samples are not meant to be edited.';
  let [number, start] = [0, 0];
  try {
    for await (const {text, ended} of linesOf(stream)) {
      if (start >= bytes) return;
      start += Buffer.byteLength(text) + 1;
      number += 1;
      const value = parsed(text);
      if (value === undefined && !ended) return;
      if (value === undefined) throw unreadable(file, `line ${number} is not JSON`, {hint});
      const {success, data, error} = sample.safeParse(value);
      if (!success) throw unreadable(file, `line ${number}: ${issuesText(error)}`, {hint});
      yield data;
    }
  } catch (cause) {
    if (cause instanceof CutoverError) throw cause;
    throw unreadable(file, cause, {hint, cause});
  }
}

/**
 * The samples of a run's folder, trial by trial in the order in which the requests ended: from samples.jsonl or
 * samples.jsonl.gz, and from the spool that a harness leaves which is killed during a trial. A last line or block that
 * was cut off is left out. Throws RECORD_UNREADABLE with the line's number for any other line that is not a sample.
 */
export async function* readSamples(folder: string): AsyncGenerator<Sample> {
  await using spool = await openSpool(join(folder, spoolName));
  yield* samplesOfLines(folder, spool?.linesBytes ?? Number.POSITIVE_INFINITY);
  if (spool !== null) yield* spool.samples();
}
