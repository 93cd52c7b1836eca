import {readdir} from 'node:fs/promises';
import {expect, test} from 'vitest';
import {temporaryFolder} from '../records/test-folder.ts';
import {exampleRecord} from '../records/test-run.ts';
import {writeExports} from './exports.ts';

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
