import {type FileHandle, open, rm} from 'node:fs/promises';
import {join} from 'node:path';
import type {Sample} from '../schema/sample.ts';
import {openSpool} from './read-spool.ts';
import {createSpool, type Lane, type Spool, spoolName} from './spool.ts';
import {throwNotWritable} from './write-inside.ts';

/** samples.jsonl, and beside it the spool of the trial that runs, or of those that run at the same time. All of it throws RECORD_NOT_WRITABLE. */
export interface SampleFiles {
  /** Returns at once; a write that fails later is thrown by the others. */
  append(lane: Lane, block: Uint8Array): void;
  /** Throws RECORD_UNREADABLE for a block that is garbled, and what `see` throws. */
  endTrials(see: (sample: Sample) => void): Promise<void>;
  /** Writes the samples of trials that were measured elsewhere, in their order, and shows each to `see`. Throws what `samples` throws. */
  take(samples: AsyncIterable<Sample>, see: (sample: Sample) => void): Promise<void>;
  /** Everything appended so far is on the disk when it resolves. */
  flush(): Promise<void>;
  /** Ends the trials that were broken off, if there are any; after any other error its spool is left, and reads as well. */
  close(): Promise<void>;
}

export const samplesName = 'samples.jsonl';

/** Enough to write seldom, little enough to hold. */
const writtenCharacters = 64 * 1024;

/** A JSON line for each sample, as many at a time as are worth a write. */
async function* linesOf(samples: AsyncIterable<Sample>, see: (sample: Sample) => void): AsyncGenerator<string> {
  let lines = '';
  for await (const sample of samples) {
    see(sample);
    lines += `${JSON.stringify(sample)}\n`;
    if (lines.length < writtenCharacters) continue;
    yield lines;
    lines = '';
  }
  yield lines;
}

/** Makes samples.jsonl in a folder that has none; rejects with what the file system says. */
export const createSampleFiles = async (folder: string): Promise<SampleFiles> =>
  sampleFiles(folder, await open(join(folder, samplesName), 'ax'));

/**
 * Goes on with the samples of the first `trials` trials; what a later one left, whole or in a spool, is dropped.
 * Rejects with what the file system says.
 */
export const openSampleFiles = async (folder: string, trials: number): Promise<SampleFiles> => {
  const path = join(folder, samplesName);
  const bytes = await bytesOfTrials(path, trials);
  await rm(join(folder, spoolName), {force: true});
  const file = await open(path, 'a');
  await file.truncate(Math.min(bytes, (await file.stat()).size));
  return sampleFiles(folder, file);
};

/** How long samples.jsonl is up to the first line of a trial that is not one of the first `trials`. They lie there in order. */
const bytesOfTrials = async (path: string, trials: number): Promise<number> => {
  await using file = await open(path);
  let bytes = 0;
  for await (const line of file.readLines()) {
    const trial = /"trial":(\d+)/.exec(line)?.[1];
    if (trial === undefined || Number(trial) >= trials) break;
    bytes += Buffer.byteLength(line) + 1;
  }
  return bytes;
};

const sampleFiles = (folder: string, file: FileHandle): SampleFiles => {
  const [path, spoolPath] = [join(folder, samplesName), join(folder, spoolName)];
  let spool: Spool | null = null;
  let failed = false;

  const attempt = async (work: () => Promise<unknown>) => {
    try {
      await work();
    } catch (thrown) {
      failed = true;
      throw thrown;
    }
  };

  const flushSpool = async () => spool?.flush().catch(throwNotWritable(spoolPath));

  const write = async (samples: AsyncIterable<Sample>, see: (sample: Sample) => void) => {
    const orNotWritable = throwNotWritable(path);
    for await (const lines of linesOf(samples, see)) await file.appendFile(lines).catch(orNotWritable);
    await file.sync().catch(orNotWritable);
  };

  const toLines = async (see: (sample: Sample) => void) => {
    await using spooled = await openSpool(spoolPath);
    if (spooled === null) return;
    await file.truncate(spooled.linesBytes).catch(throwNotWritable(path)); // what an attempt that failed has left
    await write(spooled.samples(), see);
  };

  const endTrials = (see: (sample: Sample) => void) =>
    attempt(async () => {
      if (spool === null) return;
      await flushSpool();
      await toLines(see);
      await spool.remove().catch(throwNotWritable(spoolPath));
      spool = null;
    });

  return {
    append(lane, block) {
      spool ??= createSpool(spoolPath, file);
      spool.append(lane, block);
    },
    endTrials,
    take: (samples, see) => attempt(() => write(samples, see)),
    flush: () => attempt(flushSpool),
    async close() {
      try {
        if (!failed) await endTrials(() => {}); // an error now would hide the one that was thrown
      } finally {
        await spool?.close();
        await file.close();
      }
    },
  };
};
