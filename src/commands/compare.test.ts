import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {temporaryFolder} from '../records/test-folder.ts';
import {exampleRecord} from '../records/test-run.ts';
import {compare} from './compare.ts';

const compared = async (json: boolean) => {
  await using reports = await temporaryFolder();
  for (const runId of ['run-a', 'run-b']) {
    await mkdir(join(reports.path, runId));
    await writeFile(join(reports.path, runId, 'record.json'), JSON.stringify(exampleRecord({runId})));
  }
  let printed = '';
  await compare({
    a: 'run-a',
    b: join(reports.path, 'run-b'),
    reportsDir: reports.path,
    json,
    out: text => {
      printed += text;
    },
  });
  return printed;
};

test('two runs are found by id and by folder and printed side by side', async () => {
  const printed = await compared(false);
  expect(printed).toMatch(/^A {2}run-a .*\nB {2}run-b /);
  expect(printed).toContain('is not a verdict');
});

test('--json prints the same numbers unrounded, and says whose they are and what they are worth', async () => {
  const {runs, suites} = JSON.parse(await compared(true));
  const run = {status: 'complete', evidence: 'real', engine: 'example', version: '1.2.3'};
  expect(runs).toEqual({a: {runId: 'run-a', ...run}, b: {runId: 'run-b', ...run}});
  expect(suites[0].measures).toContainEqual({
    key: 'output_tokens_per_second',
    title: 'output',
    unit: 'tok/s',
    a: {median: 7124.4, min: 7124.4, max: 7124.4},
    b: {median: 7124.4, min: 7124.4, max: 7124.4},
    ratio: 1,
  });
});
