import {type Database, openDatabase, type Table} from './database.ts';
import {decisionViews} from './decision-views.ts';
import {runViews} from './run-views.ts';
import {sampleFileOf} from './sample-file.ts';
import {type SampleFile, sampleShape} from './sample-view.ts';
import {readStored, type StoredRun} from './stored.ts';
import type {View, ViewShape} from './view.ts';

/** All that a query can name. */
export const viewShapes: readonly ViewShape[] = [...runViews, sampleShape, ...decisionViews];

/** None for a run whose samples did not travel with its record. */
const sampleFiles = async ({record: {runId, status}, folder}: StoredRun): Promise<readonly SampleFile[]> => {
  const file = await sampleFileOf(folder);
  return file === null ? [] : [{runId, file, cutOff: status === 'running'}];
};

const tablesOf = <Source>(views: readonly View<Source>[], sources: readonly Source[]): readonly Table[] =>
  views.map(view => ({shape: view, rows: sources.flatMap(source => view.rowsOf(source))}));

export interface RecordsDatabase extends Database {
  /** A sentence for each record that could not be read, and that no query sees. */
  readonly leftOut: readonly string[];
}

/** Everything below the folders, to be asked. Throws RECORD_UNREADABLE for a folder that cannot be listed. */
export const openRecords = async (dirs: readonly string[]): Promise<RecordsDatabase> => {
  const {runs, decisions, leftOut} = await readStored(dirs);
  const tables = [...tablesOf(runViews, runs), ...tablesOf(decisionViews, decisions)];
  const samples = (await Promise.all(runs.map(sampleFiles))).flat();
  const database = await openDatabase(tables, samples);
  return {...database, leftOut};
};
