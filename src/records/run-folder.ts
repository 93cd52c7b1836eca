import {mkdir, readdir, rm} from 'node:fs/promises';
import {join, resolve} from 'node:path';
import {CutoverError} from '../errors.ts';
import type {RunRecord} from '../schema/record.ts';
import type {Sample} from '../schema/sample.ts';
import {createLineFile, type LineFile} from './line-file.ts';
import {recordText} from './record-text.ts';
import {createSampleFiles, openSampleFiles, type SampleFiles} from './sample-files.ts';
import type {Lane} from './spool.ts';
import {notWritable, throwNotWritable, writeInside} from './write-inside.ts';

/** Where one run is kept. All of it throws RECORD_NOT_WRITABLE. */
export interface RunFolder extends AsyncDisposable {
  /** Absolute. */
  readonly path: string;
  /**
   * A block of samples (schema/sample-block.ts) from one of the trials that run, and from this part of its load. Returns at
   * once: it is called while requests are being timed.
   */
  appendBlock(lane: Lane, block: Uint8Array): void;
  /**
   * Brings the samples of the trials that ran into samples.jsonl, trial by trial in the order in which their requests ended, and shows each to `see`.
   * It holds a block of each part at a time, however many there are. Throws RECORD_UNREADABLE for a block that is garbled.
   */
  endTrials(see: (sample: Sample) => void): Promise<void>;
  /** Samples that were measured elsewhere: into samples.jsonl in the order in which they come, each shown to `see`. Throws what `samples` throws. */
  takeSamples(samples: AsyncIterable<Sample>, see: (sample: Sample) => void): Promise<void>;
  /** Call it after every trial: puts what came of the samples on the disk and then replaces record.json as a whole. */
  save(record: RunRecord): Promise<void>;
  /** A new file of JSON lines that grows while something runs. */
  openLines(name: string): Promise<LineFile>;
  /** An export or a raw reply; `name` may have sub folders. */
  writeFile(name: string, content: string | Uint8Array): Promise<void>;
}

interface RunFolderOptions {
  /** --out: exactly this folder, absent or empty. Null takes a new one in `reportsDir`, named after the run. */
  readonly outDir: string | null;
  readonly reportsDir: string;
  readonly runId: string;
}

const claim = async (path: string): Promise<SampleFiles> => {
  let present: readonly string[];
  try {
    await mkdir(path, {recursive: true});
    present = await readdir(path);
    if (present.length === 0) return await createSampleFiles(path);
  } catch (cause) {
    throw notWritable(path, cause);
  }
  throw new CutoverError('RECORD_NOT_WRITABLE', `${path} is not empty: it holds ${present.slice(0, 3).join(', ')}`, {
    hint: 'Give --out a folder that is absent or empty.',
  });
};

/** Opened before anything is measured, so that a bad path fails at once and not after the last trial. */
export const createRunFolder = async ({outDir, reportsDir, runId}: RunFolderOptions): Promise<RunFolder> => {
  const path = resolve(outDir ?? join(reportsDir, runId));
  return runFolder(path, await claim(path));
};

/**
 * Goes on in a folder whose run was interrupted, with the trials of `record`: what later ones left is dropped, and so
 * are answers that no examination of it names. Throws RECORD_NOT_WRITABLE.
 */
export const openRunFolder = async (
  path: string,
  {trials, examinations}: Pick<RunRecord, 'trials' | 'examinations'>,
): Promise<RunFolder> => {
  const named = examinations.map(({answersFile}) => answersFile);
  const dropAnswers = async () => {
    const left = (await readdir(path)).filter(name => /^answers-.*\.jsonl$/.test(name) && !named.includes(name));
    for (const name of left) await rm(join(path, name));
  };
  await dropAnswers().catch(throwNotWritable(path));
  return runFolder(path, await openSampleFiles(path, trials.length).catch(throwNotWritable(path)));
};

const runFolder = (path: string, samples: SampleFiles): RunFolder => ({
  path,
  appendBlock: samples.append,
  endTrials: samples.endTrials,
  takeSamples: samples.take,
  async save(record) {
    const text = recordText(record);
    await samples.flush();
    await writeInside(path, 'record.json', text);
  },
  openLines: name => createLineFile(path, name),
  writeFile: (name, content) => writeInside(path, name, content),
  [Symbol.asyncDispose]: samples.close,
});

/** Like `2026-11-21T1512-example-k3f9`: sorts by time (UTC), names the engine, and two of one minute differ. */
export const runIdOf = (now: Date, engine: string, random: () => number): string => {
  const minute = now.toISOString().slice(0, 16).replace(':', '');
  const suffix = Math.floor(random() * 36 ** 4)
    .toString(36)
    .padStart(4, '0');
  return `${minute}-${engine}-${suffix}`;
};
