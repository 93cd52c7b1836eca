import {readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {createRunFolder} from '../records/run-folder.ts';
import {temporaryFolder} from '../records/test-folder.ts';
import {exampleRecord} from '../records/test-run.ts';
import {chatSampleAt} from '../stats/test-samples.ts';
import {renderReport} from './report.ts';

const measured = async (reportsDir: string) => {
  await using folder = await createRunFolder({outDir: null, reportsDir, runId: 'run-1'});
  for (let index = 0; index < 50; index += 1) folder.appendSample(chatSampleAt(index * 100));
  await folder.save(exampleRecord());
  return folder.path;
};

const report = async (reportsDir: string, formats: Parameters<typeof renderReport>[0]['formats']) => {
  const lines: string[] = [];
  await renderReport({run: 'run-1', reportsDir, formats, out: text => lines.push(text)});
  return lines.map(line => line.trim().split('/').at(-1));
};

test('without --format every export is made from the record and the samples', async () => {
  await using reports = await temporaryFolder();
  const folder = await measured(reports.path);
  const files = ['report.md', 'trials.csv', 'trials.json', 'ttft.png', 'tokens-over-time.png'];
  expect(await report(reports.path, [])).toEqual(files);
  expect(await readdir(folder)).toEqual([...files, 'record.json', 'samples.jsonl'].sort());
});

test('an export that was there is made anew; the record and the samples stay as they were', async () => {
  await using reports = await temporaryFolder();
  const folder = await measured(reports.path);
  const before = await readFile(join(folder, 'record.json'), 'utf8');
  expect(await report(reports.path, ['markdown'])).toEqual(['report.md']);
  const first = await readFile(join(folder, 'report.md'), 'utf8');
  await report(reports.path, ['markdown']);
  expect(await readFile(join(folder, 'report.md'), 'utf8')).toBe(first);
  expect(await readFile(join(folder, 'record.json'), 'utf8')).toBe(before);
});
