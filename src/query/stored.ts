import {readdir, readFile} from 'node:fs/promises';
import {basename, dirname, join} from 'node:path';
import type {z} from 'zod';
import {CutoverError} from '../errors.ts';
import {parseVersioned} from '../records/read-json.ts';
import {readRecord} from '../records/read-record.ts';
import {unreadable} from '../records/unreadable.ts';
import {type Arm, arms} from '../schema/block.ts';
import {type Decision, decision} from '../schema/decision.ts';
import type {RunRecord} from '../schema/record.ts';
import {type Verdict, verdict} from '../schema/verdict.ts';

export interface StoredRun {
  readonly record: RunRecord;
  readonly folder: string;
  /** The decision that it is a side of; null for a run by itself. */
  readonly part: {readonly decisionId: string; readonly arm: Arm} | null;
}

export interface StoredDecision {
  readonly decision: Decision;
  /** Null where none has been computed yet. */
  readonly verdict: Verdict | null;
  readonly folder: string;
}

export interface Stored {
  readonly runs: readonly StoredRun[];
  readonly decisions: readonly StoredDecision[];
  /** A sentence for each record that is not among them, with its path and the reason. */
  readonly leftOut: readonly string[];
}

const hint = 'Copy it from the machine that measured it once more, or compute it again with npm run decide -- --from.';

const readAs = async <T>(file: string, schema: z.ZodType<T>): Promise<T> => {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw unreadable(file, cause, {hint, cause});
  });
  return parseVersioned(file, text, schema);
};

/** Every path under a folder, in the order of their names. */
const filesUnder = async (dir: string): Promise<readonly string[]> => {
  try {
    return (await readdir(dir, {recursive: true})).map(name => join(dir, name)).sort();
  } catch (cause) {
    throw unreadable(dir, cause, {hint: 'Name a folder with runs: --reports <DIR>.', cause});
  }
};

const isArm = (name: string): name is Arm => arms.some(arm => arm === name);

/**
 * Every run and decision below the folders. A record that cannot be read, or that is a copy of one found before, is left out
 * and named. Throws RECORD_UNREADABLE for a folder that cannot be listed.
 */
export const readStored = async (dirs: readonly string[]): Promise<Stored> => {
  const files = (await Promise.all(dirs.map(filesUnder))).flat();
  const leftOut: string[] = [];
  const orLeftOut = async <T>(read: () => Promise<T>): Promise<T | null> => {
    try {
      return await read();
    } catch (thrown) {
      if (!(thrown instanceof CutoverError)) throw thrown;
      leftOut.push(thrown.message);
      return null;
    }
  };

  const decisions: StoredDecision[] = [];
  for (const file of files.filter(path => basename(path) === 'decision.json')) {
    const folder = dirname(file);
    const verdictFile = join(folder, 'verdict.json');
    const read = await orLeftOut(() => readAs(file, decision));
    if (read === null) continue;
    const judged = files.includes(verdictFile) ? await orLeftOut(() => readAs(verdictFile, verdict)) : null;
    decisions.push({decision: read, verdict: judged, folder});
  }

  const runs = new Map<string, StoredRun>();
  for (const file of files.filter(path => basename(path) === 'record.json')) {
    const read = await orLeftOut(() => readRecord(file, ''));
    if (read === null) continue;
    const {runId} = read.record;
    const before = runs.get(runId);
    if (before !== undefined) {
      if (before.folder !== read.folder) leftOut.push(`${file} is the run ${runId}, as ${before.folder} is already`);
      continue;
    }
    const whole = decisions.find(({folder}) => folder === dirname(read.folder));
    const arm = basename(read.folder);
    const part = whole !== undefined && isArm(arm) ? {decisionId: whole.decision.decisionId, arm} : null;
    runs.set(runId, {...read, part});
  }
  return {runs: [...runs.values()], decisions, leftOut};
};
