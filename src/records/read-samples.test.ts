import {cp, readFile, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import {describe, expect, test} from 'vitest';
import type {Sample} from '../schema/sample.ts';
import {blocksOf} from '../schema/test-blocks.ts';
import {chatSample, chatSampleAt, failedSample} from '../stats/test-samples.ts';
import {readSamples} from './read-samples.ts';
import {createRunFolder} from './run-folder.ts';
import {temporaryFolder} from './test-folder.ts';
import {exampleRecord} from './test-run.ts';

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

describe('what a killed harness left of a trial', () => {
  const ended = samples;
  const blocks = [0, 100, 200].flatMap(sentMs => blocksOf([chatSampleAt(sentMs), chatSampleAt(sentMs + 1)]));
  const broken = [0, 1, 100, 101, 200, 201].map(sentMs => chatSampleAt(sentMs));

  /** One trial that ended and one that did not, copied from under a harness that goes on. */
  const left = async (place: string) => {
    await using folder = await createRunFolder({outDir: join(place, 'live'), reportsDir: 'unused', runId: 'unused'});
    for (const block of blocksOf(ended)) folder.appendBlock({trial: 0, part: 0}, block);
    await folder.endTrials(() => {});
    for (const block of blocks) folder.appendBlock({trial: 0, part: 0}, block);
    await folder.save(exampleRecord());
    await cp(folder.path, join(place, 'left'), {recursive: true});
    const spool = join(place, 'left', 'trial.spool');
    return {folder: join(place, 'left'), spool, bytes: await readFile(spool)};
  };

  test('is read behind the trials that ended', async () => {
    await using place = await temporaryFolder();
    const {folder} = await left(place.path);
    expect(await Array.fromAsync(readSamples(folder))).toEqual([...ended, ...broken]);
  });

  test('is read up to the last block that is whole, wherever the cut is', async () => {
    await using place = await temporaryFolder();
    const {folder, spool, bytes} = await left(place.path);
    const [first = new Uint8Array(), second = new Uint8Array()] = blocks;
    const firstEnd = 24 + 8 + first.length;
    const secondEnd = firstEnd + 8 + second.length;
    for (const [cut, whole] of [
      [0, 0],
      [20, 0],
      [24, 0],
      [firstEnd - 1, 0],
      [firstEnd, 2],
      [firstEnd + 7, 2],
      [secondEnd - 1, 2],
      [secondEnd, 4],
      [bytes.length - 1, 4],
    ] as const) {
      await writeFile(spool, bytes.subarray(0, cut));
      expect(await Array.fromAsync(readSamples(folder))).toEqual([...ended, ...broken.slice(0, whole)]);
    }
  });

  test('is read once where it was being made lines of, packed or not', async () => {
    await using place = await temporaryFolder();
    const {folder} = await left(place.path);
    const lines = `${text}${JSON.stringify(broken[0])}\n${JSON.stringify(broken[1]).slice(0, 50)}`;
    await writeFile(join(folder, 'samples.jsonl'), lines);
    expect(await Array.fromAsync(readSamples(folder))).toEqual([...ended, ...broken]);
    await writeFile(join(folder, 'samples.jsonl.gz'), gzipSync(lines));
    await rm(join(folder, 'samples.jsonl'));
    expect(await Array.fromAsync(readSamples(folder))).toEqual([...ended, ...broken]);
  });

  test('is an error where a block is garbled, after all that came before it', async () => {
    await using place = await temporaryFolder();
    const {folder, spool, bytes} = await left(place.path);
    bytes[bytes.length - 1] = 7;
    await writeFile(spool, bytes);
    const seen: Sample[] = [];
    const reading = (async () => {
      for await (const sample of readSamples(folder)) seen.push(sample);
    })();
    await expect(reading).rejects.toMatchObject({
      code: 'RECORD_UNREADABLE',
      message: expect.stringMatching(/trial\.spool cannot be read: a block of samples is cut off or garbled$/),
    });
    expect(seen).toEqual([...ended, ...broken.slice(0, 4)]);
  });

  test('is an error where it is something else', async () => {
    await using place = await temporaryFolder();
    const {folder, spool} = await left(place.path);
    await writeFile(spool, 'a text of more than 24 characters');
    await expect(Array.fromAsync(readSamples(folder))).rejects.toMatchObject({
      code: 'RECORD_UNREADABLE',
      message: expect.stringContaining('not a spool of samples that this version of cutover reads'),
    });
  });
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
