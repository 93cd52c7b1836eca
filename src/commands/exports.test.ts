import {readdir, readFile} from 'node:fs/promises';
import {expect, test} from 'vitest';
import {storedSample, storeRun} from '../query/test-stored.ts';
import {temporaryFolder} from '../records/test-folder.ts';
import {exampleRecord} from '../records/test-run.ts';
import {formatsFrom, writeExport, writeExports} from './exports.ts';

test('an export that fails is named with the way to try it again, and the others are written', async () => {
  await using folder = await temporaryFolder();
  const warnings: string[] = [];
  // Charts need the samples, and there are none.
  await writeExports([], {record: exampleRecord(), folder: folder.path}, {warn: line => warnings.push(line)});
  expect((await readdir(folder.path)).sort()).toEqual(['report.md', 'trials.csv', 'trials.json']);
  expect(warnings).toEqual([
    expect.stringMatching(
      `^The png export was not written: .*samples\\.jsonl.*npm run report -- ${folder.path} --format png tries again\\.$`,
    ),
  ]);
});

test('Parquet is written where it is named, and never by itself', async () => {
  expect(formatsFrom([])).toEqual(['markdown', 'csv', 'json', 'png']);
  expect(formatsFrom(['parquet'])).toEqual(['parquet']);
  await using place = await temporaryFolder();
  const record = exampleRecord();
  const folder = await storeRun(place.path, record, [storedSample(0, 0)]);
  const [file = ''] = await writeExport('parquet', {record, folder});
  expect(file).toBe(`${folder}/samples.parquet`);
  expect((await readFile(file)).toString('latin1')).toMatch(/^PAR1.*PAR1$/s);
});
