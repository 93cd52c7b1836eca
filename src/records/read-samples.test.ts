import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import {describe, expect, test} from 'vitest';
import {chatSample, failedSample} from '../stats/test-samples.ts';
import {readSamples} from './read-samples.ts';
import {temporaryFolder} from './test-folder.ts';

const samples = [chatSample({id: 'Zürich'}), failedSample('timeout', 'no end'), chatSample({index: 2})];
const text = samples.map(sample => `${JSON.stringify(sample)}\n`).join('');

const read = async (name: string, content: string | Uint8Array) => {
  await using place = await temporaryFolder();
  await writeFile(join(place.path, name), content);
  return await Array.fromAsync(readSamples(place.path));
};

test('samples are read in the order in which they were written, failed ones too', async () => {
  expect(await read('samples.jsonl', text)).toEqual(samples);
});

test('samples that were packed with gzip are read just so', async () => {
  expect(await read('samples.jsonl.gz', gzipSync(text))).toEqual(samples);
});

test('a file without samples has none', async () => {
  expect(await read('samples.jsonl', '')).toEqual([]);
});

test('a last line that was cut off when the harness died is left out, wherever the cut is', async () => {
  const bytes = Buffer.from(text);
  const last = bytes.lastIndexOf('\n', bytes.length - 2) + 1;
  for (const cut of [last + 1, last + 20, bytes.length - 2]) {
    expect(await read('samples.jsonl', bytes.subarray(0, cut))).toEqual(samples.slice(0, 2));
  }
  expect(await read('samples.jsonl', bytes.subarray(0, bytes.length - 1))).toEqual(samples); // only its line feed is gone
});

describe('what cannot be read', () => {
  test('a bad line before the last is an error with its number', async () => {
    await expect(read('samples.jsonl', `${text}{"outcome":\n${text}`)).rejects.toMatchObject({
      code: 'RECORD_UNREADABLE',
      message: expect.stringMatching(/samples\.jsonl cannot be read: line 4 is not JSON$/),
    });
  });

  test('a bad last line that has its line feed was not cut off', async () => {
    await expect(read('samples.jsonl', `${text}{"outcome":\n`)).rejects.toMatchObject({code: 'RECORD_UNREADABLE'});
  });

  test('a line that is JSON and no sample is an error that says what is wrong with it', async () => {
    await expect(read('samples.jsonl', `${JSON.stringify({...chatSample(), sentMs: 'soon'})}\n`)).rejects.toMatchObject(
      {
        message: expect.stringContaining('line 1: sentMs: '),
      },
    );
  });

  test('a gzip file that was cut off is an error: it was packed after the run, so part of it is missing', async () => {
    await expect(read('samples.jsonl.gz', gzipSync(text).subarray(0, 100))).rejects.toMatchObject({
      code: 'RECORD_UNREADABLE',
      message: expect.stringContaining('unexpected end of file'),
    });
  });

  test('a folder without samples says where they may be and what does without them', async () => {
    await expect(read('other.txt', '')).rejects.toMatchObject({
      code: 'RECORD_UNREADABLE',
      hint: expect.stringContaining('not png'),
    });
  });
});
