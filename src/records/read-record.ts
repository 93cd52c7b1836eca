import {existsSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {CutoverError} from '../errors.ts';
import {type RunRecord, runRecord} from '../schema/record.ts';
import {locate, parseVersioned} from './read-json.ts';
import {unreadable} from './unreadable.ts';

const fileName = 'record.json';

/** What else cutover keeps in folders, by the file that tells, and the command that shows it. */
const others = [
  {name: 'decision.json', what: 'a decision', command: 'decide'},
  {name: 'rehearsal.json', what: 'a rehearsal', command: 'rehearse'},
] as const;

const noRun = (folder: string, wanted: string | undefined, cause: unknown): CutoverError => {
  const other = others.find(({name}) => existsSync(join(folder, name)));
  const [is, hint] =
    other === undefined
      ? ['no run: it has no record.json', 'Name a folder that holds the record.json of a run.']
      : [`${other.what}, not a run`, `Show it with npm run ${other.command} -- --from ${folder}`];
  return new CutoverError('RECORD_UNREADABLE', `${folder} is ${is}`, {hint: wanted ?? hint, cause});
};

/**
 * A run by its folder, its record.json, or its id under `reportsDir` or its evidence/. A run whose harness died is
 * readable: its status is 'running'. Throws RECORD_UNREADABLE with the path and the reason; `wanted` is the fix where a
 * folder is no run's.
 */
export const readRecord = async (
  pathOrRunId: string,
  reportsDir: string,
  wanted?: string,
): Promise<{record: RunRecord; folder: string}> => {
  const file = await locate(pathOrRunId, {reportsDir, name: fileName, what: 'run'});
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    if (!existsSync(file)) throw noRun(dirname(file), wanted, cause);
    throw unreadable(file, cause, {hint: 'Let this user read it.', cause});
  });
  return {record: parseVersioned(file, text, runRecord), folder: dirname(file)};
};
