import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {chatSample} from '../stats/test-samples.ts';
import {createSampleLog} from './sample-log.ts';
import {temporaryFolder} from './test-folder.ts';

test('a file that exists is not taken over', async () => {
  await using place = await temporaryFolder();
  const path = join(place.path, 'samples.jsonl');
  const log = await createSampleLog(path);
  await expect(createSampleLog(path)).rejects.toMatchObject({code: 'EEXIST'});
  await log.close();
});

test('lines keep their order over many writes', async () => {
  await using place = await temporaryFolder();
  const path = join(place.path, 'samples.jsonl');
  const log = await createSampleLog(path);
  const tokenEventsMs = Array.from({length: 500}, (_, token) => token / 7);
  for (let index = 0; index < 300; index += 1) log.append(chatSample({index, tokenEventsMs})); // over 1 MB: several buffers
  await log.close();
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  expect(lines.map(line => JSON.parse(line).index)).toEqual(Array.from({length: 300}, (_, index) => index));
});

test('a write that failed while requests were timed is thrown by the next flush, not lost and not fatal', async () => {
  await using place = await temporaryFolder();
  const log = await createSampleLog(join(place.path, 'samples.jsonl'));
  await log.close();
  const long = chatSample({id: 'x'.repeat(70_000)}); // over the buffer: it is written at once
  log.append(long);
  await expect(log.flush()).rejects.toMatchObject({code: 'EBADF'});
});
