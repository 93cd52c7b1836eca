import {mkdir, readdir, readFile} from 'node:fs/promises';
import {dirname, join, resolve} from 'node:path';
import {CutoverError} from '../errors.ts';
import {type Rehearsal, rehearsal as rehearsalSchema} from '../schema/rehearsal.ts';
import {clientJournal, gatewayJournal, memoryJournal} from './read-journal.ts';
import {locate, parseVersioned} from './read-json.ts';
import {recordText} from './record-text.ts';
import {unreadable} from './unreadable.ts';
import {throwNotWritable, writeInside} from './write-inside.ts';

const fileName = 'rehearsal.json';
/** Names the process that steers the rehearsal. */
export const ownerName = 'harness';

/** Where one rehearsal is kept. All that writes throws RECORD_NOT_WRITABLE. */
export interface RehearsalFolder {
  /** Absolute. */
  readonly path: string;
  readonly clientJournal: string;
  readonly gatewayJournal: string;
  readonly memoryJournal: string;
  /** Log of a helper: `gateway`, `baseline-1`, `candidate-2`. */
  log(name: string): string;
  /** What the servers of a side's incarnation write. */
  sidePath(name: string): string;
  /** Replaces rehearsal.json as a whole. */
  save(rehearsal: Rehearsal): Promise<void>;
  /** Who steers the rehearsal, as `thisOwner()` names it. */
  claim(owner: string): Promise<void>;
}

const rehearsalFolder = (path: string): RehearsalFolder => ({
  path,
  clientJournal: join(path, clientJournal),
  gatewayJournal: join(path, gatewayJournal),
  memoryJournal: join(path, memoryJournal),
  log: name => join(path, 'logs', `${name}.log`),
  sidePath: name => join(path, 'logs', name),
  save: rehearsal => writeInside(path, fileName, recordText(rehearsal)),
  claim: owner => writeInside(path, ownerName, `${owner}\n`),
});

interface NewFolder {
  /** --out: exactly this folder, absent or empty. Null takes a new one in `reportsDir`, named after the rehearsal. */
  readonly outDir: string | null;
  readonly reportsDir: string;
  readonly rehearsalId: string;
}

/** A new folder, before anything is brought up: a bad path is to fail at once. */
export const createRehearsalFolder = async (options: NewFolder): Promise<RehearsalFolder> => {
  const {outDir, reportsDir, rehearsalId} = options;
  const path = resolve(outDir ?? join(reportsDir, rehearsalId));
  const present = await mkdir(path, {recursive: true})
    .then(() => readdir(path))
    .catch(throwNotWritable(path));
  if (present.length === 0) return rehearsalFolder(path);
  throw new CutoverError('RECORD_NOT_WRITABLE', `${path} is not empty: it holds ${present.slice(0, 3).join(', ')}`, {
    hint: 'Give --out a folder that is absent or empty, or go on with the rehearsal in it: --resume.',
  });
};

export interface StoredRehearsal {
  readonly folder: RehearsalFolder;
  readonly rehearsal: Rehearsal;
  /** Who steered it last; empty where that is not known. */
  readonly owner: string;
}

/** A rehearsal by its folder, its rehearsal.json or its id. Throws RECORD_UNREADABLE. */
export const readRehearsal = async (pathOrId: string, reportsDir: string): Promise<StoredRehearsal> => {
  const file = await locate(pathOrId, {reportsDir, name: fileName, what: 'rehearsal'});
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw unreadable(file, cause, {hint: `Name a folder that holds the ${fileName} of a rehearsal.`, cause});
  });
  const path = dirname(file);
  const owner = await readFile(join(path, ownerName), 'utf8').catch(() => '');
  return {folder: rehearsalFolder(path), rehearsal: parseVersioned(file, text, rehearsalSchema), owner: owner.trim()};
};
