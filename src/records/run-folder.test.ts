import {mkdir, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {chatSample} from '../stats/test-samples.ts';
import {readRecord} from './read-record.ts';
import {readSamples} from './read-samples.ts';
import {createRunFolder, runIdOf} from './run-folder.ts';
import {temporaryFolder} from './test-folder.ts';
import {exampleRecord, exampleTrial} from './test-run.ts';

const options = (reportsDir: string, outDir: string | null = null) => ({outDir, reportsDir, runId: 'run-1'});

describe('where a run is kept', () => {
  test('without --out it is a folder named after the run', async () => {
    await using place = await temporaryFolder();
    await using folder = await createRunFolder(options(place.path));
    expect(folder.path).toBe(join(place.path, 'run-1'));
    expect(await readdir(folder.path)).toEqual(['samples.jsonl']);
  });

  test('--out is exactly the folder, made with its parents', async () => {
    await using place = await temporaryFolder();
    await using folder = await createRunFolder(options('unused', join(place.path, 'a', 'b')));
    expect(folder.path).toBe(join(place.path, 'a', 'b'));
  });

  test('an empty --out is taken as it is', async () => {
    await using place = await temporaryFolder();
    await using folder = await createRunFolder(options('unused', place.path));
    expect(folder.path).toBe(place.path);
  });

  test('a folder with anything in it is refused, and what it holds is named', async () => {
    await using place = await temporaryFolder();
    await writeFile(join(place.path, 'notes.txt'), 'mine');
    await expect(createRunFolder(options('unused', place.path))).rejects.toMatchObject({
      code: 'RECORD_NOT_WRITABLE',
      message: `${place.path} is not empty: it holds notes.txt`,
      hint: 'Give --out a folder that is absent or empty.',
    });
  });

  test('a path below a file is refused at once, before anything is measured', async () => {
    await using place = await temporaryFolder();
    await writeFile(join(place.path, 'file'), '');
    await expect(createRunFolder(options('unused', join(place.path, 'file', 'run')))).rejects.toMatchObject({
      code: 'RECORD_NOT_WRITABLE',
      message: expect.stringContaining('ENOTDIR'),
    });
  });
});

describe('what is kept', () => {
  test('samples are on the disk when the record is saved, to the last digit', async () => {
    await using place = await temporaryFolder();
    await using folder = await createRunFolder(options(place.path));
    folder.appendSample(chatSample({sentMs: 1.23456, tokenEventsMs: [2.00049, 3.9996]}));
    folder.appendSample(chatSample({index: 1}));
    await folder.save(exampleRecord());
    const lines = (await readFile(join(folder.path, 'samples.jsonl'), 'utf8')).split('\n');
    expect(lines).toHaveLength(3); // the last one is empty: every line has its line feed
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({sentMs: 1.23456, tokenEventsMs: [2.00049, 3.9996]});
  });

  test('a run reads back as it was written', async () => {
    await using place = await temporaryFolder();
    await using folder = await createRunFolder(options(place.path));
    const samples = Array.from({length: 1000}, (_, index) => chatSample({index, id: `r${index}`}));
    for (const sample of samples) folder.appendSample(sample);
    await folder.save(exampleRecord());
    expect(await readRecord('run-1', place.path)).toEqual({record: exampleRecord(), folder: folder.path});
    expect(await Array.fromAsync(readSamples(folder.path))).toEqual(samples);
  });

  test('the record is replaced as a whole after every trial, and nothing else stays beside it', async () => {
    await using place = await temporaryFolder();
    await using folder = await createRunFolder(options(place.path));
    await folder.save(exampleRecord({status: 'running', trials: []}));
    await folder.save(exampleRecord({trials: [exampleTrial(), exampleTrial({index: 1})]}));
    const {record} = await readRecord(folder.path, 'unused');
    expect([record.status, record.trials.length]).toEqual(['complete', 2]);
    expect(await readdir(folder.path)).toEqual(['record.json', 'samples.jsonl']);
  });

  test('samples that were not saved with a record are there when the folder is disposed of', async () => {
    await using place = await temporaryFolder();
    const folder = await createRunFolder(options(place.path));
    folder.appendSample(chatSample());
    await folder[Symbol.asyncDispose]();
    expect(await Array.fromAsync(readSamples(folder.path))).toEqual([chatSample()]);
  });

  test('a folder that vanished during the run is said when the record is saved', async () => {
    await using place = await temporaryFolder();
    await using folder = await createRunFolder(options(join(place.path, 'gone')));
    await rm(join(place.path, 'gone'), {recursive: true});
    await writeFile(join(place.path, 'gone'), 'a file now');
    await expect(folder.save(exampleRecord())).rejects.toMatchObject({code: 'RECORD_NOT_WRITABLE'});
  });
});

describe('other files of the run', () => {
  test('may lie in sub folders and hold bytes', async () => {
    await using place = await temporaryFolder();
    await using folder = await createRunFolder(options(place.path));
    await folder.writeFile('raw/0-r1.txt', new Uint8Array([0, 255, 10]));
    expect([...(await readFile(join(folder.path, 'raw', '0-r1.txt')))]).toEqual([0, 255, 10]);
  });

  test.each(['../other.txt', '/tmp/other.txt', '.', 'raw/../../other.txt'])(
    '%s leads out of the folder and is refused',
    async name => {
      await using place = await temporaryFolder();
      await using folder = await createRunFolder(options(place.path));
      await mkdir(join(place.path, 'raw'));
      await expect(folder.writeFile(name, 'x')).rejects.toMatchObject({code: 'RECORD_NOT_WRITABLE'});
    },
  );
});

describe('the id of a run', () => {
  const now = new Date('2026-11-21T15:12:59.999Z');

  test('has the minute, the engine and four characters of chance', () => {
    expect(runIdOf(now, 'example', () => 0.5)).toBe('2026-11-21T1512-example-i000');
  });

  test('always ends in four characters that a file name may have', () => {
    fc.assert(
      fc.property(fc.double({min: 0, max: 1, maxExcluded: true, noNaN: true}), value => {
        expect(runIdOf(now, 'example', () => value)).toMatch(/^2026-11-21T1512-example-[0-9a-z]{4}$/);
      }),
    );
  });
});
