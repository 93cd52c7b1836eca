import {readFile} from 'node:fs/promises';
import {dirname} from 'node:path';
import {type RunRecord, runRecord} from '../schema/record.ts';
import {locate, parseVersioned} from './read-json.ts';
import {unreadable} from './unreadable.ts';

/**
 * A run by its folder, its record.json, or its id under `reportsDir` or its evidence/. A run whose harness died is
 * readable: its status is 'running'. Throws RECORD_UNREADABLE with the path and the reason.
 */
export const readRecord = async (
  pathOrRunId: string,
  reportsDir: string,
): Promise<{record: RunRecord; folder: string}> => {
  const file = await locate(pathOrRunId, {reportsDir, name: 'record.json', what: 'run'});
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw unreadable(file, cause, {hint: 'Name a folder that holds the record.json of a run.', cause});
  });
  return {record: parseVersioned(file, text, runRecord), folder: dirname(file)};
};
