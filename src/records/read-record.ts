import {readFile, stat} from 'node:fs/promises';
import {dirname, join, resolve} from 'node:path';
import {type RunRecord, runRecord} from '../schema/record.ts';
import {schemaVersion} from '../schema/version.ts';
import {issuesText, unreadable} from './unreadable.ts';

const kindOf = async (path: string) => {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch {
    return null;
  }
};

const locate = async (pathOrRunId: string, reportsDir: string): Promise<string> => {
  const places = [resolve(pathOrRunId), join(reportsDir, pathOrRunId), join(reportsDir, 'evidence', pathOrRunId)];
  for (const place of places) {
    const kind = await kindOf(place);
    if (kind === 'folder') return join(place, 'record.json');
    if (kind === 'file') return place;
  }
  throw unreadable(pathOrRunId, `there is no such run; looked for ${places.join(', ')}`, {
    hint: 'Name a run folder, its record.json, or the id of a run under reports/.',
  });
};

const parse = (file: string, text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw unreadable(file, 'it is not JSON', {hint: 'Copy it from the machine that measured it once more.', cause});
  }
};

const versionOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'schemaVersion' in value ? value.schemaVersion : undefined;

/**
 * A run by its folder, its record.json, or its id under `reportsDir` or its evidence/. A run whose harness died is
 * readable: its status is 'running'. Throws RECORD_UNREADABLE with the path and the reason.
 */
export const readRecord = async (
  pathOrRunId: string,
  reportsDir: string,
): Promise<{record: RunRecord; folder: string}> => {
  const file = await locate(pathOrRunId, reportsDir);
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw unreadable(file, cause, {hint: 'Name a folder that holds the record.json of a run.', cause});
  });
  const value = parse(file, text);
  const version = versionOf(value);
  if (version !== schemaVersion) {
    const found = version === undefined ? 'it has no schemaVersion' : `its schemaVersion is ${JSON.stringify(version)}`;
    throw unreadable(file, `${found}, and this cutover reads ${schemaVersion}`, {
      hint: 'Read it with the version of cutover that wrote it.',
    });
  }
  const {success, data, error} = runRecord.safeParse(value);
  if (!success)
    throw unreadable(file, issuesText(error), {hint: 'Records are not meant to be edited by hand: use the original.'});
  return {record: data, folder: dirname(file)};
};
