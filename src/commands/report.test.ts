import {readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {createRunFolder} from '../records/run-folder.ts';
import {temporaryFolder} from '../records/test-folder.ts';
import {exampleRecord} from '../records/test-run.ts';
import {blocksOf} from '../schema/test-blocks.ts';
import {chatSampleAt} from '../stats/test-samples.ts';
import {renderReport} from './report.ts';

const measured = async (reportsDir: string) => {
  await using folder = await createRunFolder({outDir: null, reportsDir, runId: 'run-1'});
  const samples = Array.from({length: 50}, (_, index) => chatSampleAt(index * 100));
  for (const block of blocksOf(samples)) folder.appendBlock({trial: 0, part: 0}, block);
  await folder.endTrials(() => {});
  await folder.save(exampleRecord());
  return folder.path;
};

type Asked = Parameters<typeof renderReport>[0];

const said = async (reportsDir: string, formats: Asked['formats'], as: Asked['as']) => {
  const texts: string[] = [];
  await renderReport({run: 'run-1', reportsDir, formats, as, out: text => texts.push(text)});
  return texts;
};

const report = async (reportsDir: string, formats: Asked['formats']) =>
  (await said(reportsDir, formats, [])).map(line => line.trim().split('/').at(-1));

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

test('--as alone prints what the other clients would have printed, in the order asked for, and writes nothing', async () => {
  await using reports = await temporaryFolder();
  const folder = await measured(reports.path);
  const texts = await said(reports.path, [], ['guidellm', 'vllm']);
  expect(texts.map(text => / as (.*?) \d/.exec(text)?.[1])).toEqual(['guidellm run', 'vllm bench serve']);
  expect(texts[1]).toContain('Mean TTFT (ms):                          45.00'); // to the role chunk, from the send
  expect(await readdir(folder)).toEqual(['record.json', 'samples.jsonl']);
});

test('--as with --format writes that export and prints as well', async () => {
  await using reports = await temporaryFolder();
  await measured(reports.path);
  const [file, text] = await said(reports.path, ['csv'], ['aiperf']);
  expect(file).toMatch(/trials\.csv\n$/);
  expect(text).toContain('NVIDIA AIPerf');
});
