import {readdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {temporaryFolder} from '../records/test-folder.ts';
import {benchHere} from './test-cutover.ts';
import {openaiServer} from './test-openai-server.ts';

const words = (url: string) => [
  ...['--engine', 'openai', '--attach', url, '--model', 'm', '--suite', 'chat', '--format', 'csv', '--keep-raw', '3'],
  ...['--requests', '4', '--warmup', '0', '--repetitions', '1', '--output-tokens', '2'],
];

test('raw replies are all on the disk when the run is over', async () => {
  await using place = await temporaryFolder();
  await using server = await openaiServer();
  const {failure} = await benchHere(join(place.path, 'run'), ...words(server.url));
  expect(failure).toBeNull();
  const kept = await readdir(join(place.path, 'run', 'raw'));
  expect(kept).toHaveLength(3);
  for (const name of kept) expect(await readFile(join(place.path, 'run', 'raw', name), 'utf8')).toContain('[DONE]');
});

test('a raw reply that cannot be written fails the run like any other part of its record', async () => {
  await using place = await temporaryFolder();
  const out = join(place.path, 'run');
  // A file where the folder of the raw replies would be.
  await using server = await openaiServer({onPost: () => writeFile(join(out, 'raw'), '')});
  const {failure, record} = await benchHere(out, ...words(server.url));
  expect(failure).toMatchObject({code: 'RECORD_NOT_WRITABLE', message: expect.stringContaining(join(out, 'raw'))});
  expect(record).toMatchObject({status: 'failed', trials: []});
});
