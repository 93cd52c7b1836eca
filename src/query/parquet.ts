import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {DuckDBInstance} from '@duckdb/node-api';
import {unreadable} from '../records/unreadable.ts';
import type {RunRecord} from '../schema/record.ts';
import {sampleFileOf} from './sample-file.ts';
import {quoted, selectSamples} from './sample-view.ts';

/**
 * The samples of a run as the bytes of a Parquet file with the columns of the view `samples`, in the order of the lines.
 * Throws RECORD_UNREADABLE where there are none, or a line is not a sample.
 */
export const samplesAsParquet = async (
  {runId, status}: Pick<RunRecord, 'runId' | 'status'>,
  folder: string,
): Promise<Uint8Array> => {
  const file = await sampleFileOf(folder);
  const hint = 'Bring the samples from the machine that measured them, or leave --format parquet out.';
  if (file === null) throw unreadable(join(folder, 'samples.jsonl'), 'neither it nor samples.jsonl.gz exists', {hint});
  const place = await mkdtemp(join(tmpdir(), 'cutover-parquet-'));
  const instance = await DuckDBInstance.create(':memory:');
  try {
    const connection = await instance.connect();
    const packed = join(place, 'samples.parquet');
    const select = selectSamples([{runId, file, cutOff: status === 'running'}]);
    await connection
      .run(`COPY (${select}) TO ${quoted(packed)} (FORMAT parquet, COMPRESSION zstd)`)
      .catch((cause: unknown) => {
        throw unreadable(file, cause, {hint, cause});
      });
    connection.closeSync();
    return await readFile(packed);
  } finally {
    instance.closeSync();
    await rm(place, {recursive: true, force: true});
  }
};
