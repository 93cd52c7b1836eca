import {expect, test} from 'vitest';
import {temporaryFolder} from '../records/test-folder.ts';
import {exampleRecord} from '../records/test-run.ts';
import {showRivals} from './rivals.ts';

test('a run whose samples cannot be read keeps its end: the failure is said, with how to try again', async () => {
  await using place = await temporaryFolder();
  const [printed, warned]: [string[], string[]] = [[], []];
  const run = {record: exampleRecord(), folder: place.path};
  await showRivals(['vllm', 'aiperf'], run, {out: text => printed.push(text), warn: text => warned.push(text)});
  expect(printed).toEqual([]);
  expect(warned).toEqual([
    expect.stringMatching(
      /^Not printed --as vllm --as aiperf: .*npm run report -- .* --as vllm --as aiperf tries again\.$/,
    ),
  ]);
});
