import {readdir, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {DuckDBInstance} from '@duckdb/node-api';
import {expect, test} from 'vitest';
import {temporaryFolder} from '../records/test-folder.ts';
import {exampleRecord} from '../records/test-run.ts';
import {samplesAsParquet} from './parquet.ts';
import {failedSample, storedSample, storeRun} from './test-stored.ts';

const record = exampleRecord({runId: 'run-a'});

/** Each row as the sample that it was. */
const readBack = async (file: string) => {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const reader = await connection.runAndReadAll(`select * from '${file}'`);
  return reader.getRowObjectsJson().map(({failure_kind, failure_message, failure_status, run_id, ...row}) => {
    const sample = Object.fromEntries(
      Object.entries(row).map(([key, value]) => [
        key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
        value,
      ]),
    );
    expect(run_id).toBe('run-a');
    const failure = {kind: failure_kind, message: failure_message, status: failure_status};
    return failure_kind === null ? sample : {...sample, failure};
  });
};

test.each([false, true])(
  'a Parquet file has the samples, in their order, to the last digit (packed: %s)',
  async packed => {
    await using place = await temporaryFolder();
    const samples = [storedSample(0, 0), failedSample(0, 1), storedSample(1, 0), storedSample(1, 3)];
    const folder = await storeRun(place.path, record, samples, {packed});
    const file = join(place.path, 'samples.parquet');
    await writeFile(file, await samplesAsParquet(record, folder));
    expect(await readBack(file)).toEqual(samples);
  },
);

test('a run without samples, or with a garbled line, is an error that names the file; nothing is left behind', async () => {
  await using place = await temporaryFolder();
  const folder = await storeRun(place.path, record, []);
  await writeFile(join(folder, 'samples.jsonl'), '{"outcome":\n{}\n');
  await expect(samplesAsParquet(record, folder)).rejects.toMatchObject({
    code: 'RECORD_UNREADABLE',
    message: expect.stringContaining(join(folder, 'samples.jsonl')),
  });
  await expect(samplesAsParquet(record, place.path)).rejects.toMatchObject({code: 'RECORD_UNREADABLE'});
  expect((await readdir(tmpdir())).filter(name => name.startsWith('cutover-parquet-'))).toEqual([]);
});
