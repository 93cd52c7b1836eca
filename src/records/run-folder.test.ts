import {mkdir, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {Sample} from '../schema/sample.ts';
import {blocksOf} from '../schema/test-blocks.ts';
import {chatSample, chatSampleAt} from '../stats/test-samples.ts';
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
  const samples = Array.from({length: 1000}, (_, index) => chatSampleAt(index, {index, id: `r${index}`}));
  const blocks = blocksOf(samples, {bytes: 10_000});

  test('samples are lines on the disk when their trial has ended, to the last digit', async () => {
    await using place = await temporaryFolder();
    await using folder = await createRunFolder(options(place.path));
    const exact = chatSample({sentMs: 1.23456, tokenEventsMs: [2.00049, 3.9996]});
    for (const block of blocksOf([exact, chatSample({index: 1})])) folder.appendBlock({trial: 0, part: 0}, block);
    await folder.endTrials(() => {});
    const lines = (await readFile(join(folder.path, 'samples.jsonl'), 'utf8')).split('\n');
    expect(lines).toHaveLength(3); // the last one is empty: every line has its line feed
    expect(JSON.parse(lines[0] ?? '')).toEqual(exact);
  });

  test('a run reads back as it was written, trial by trial, and each trial was shown', async () => {
    await using place = await temporaryFolder();
    await using folder = await createRunFolder(options(place.path));
    const trials = [samples, samples.slice(0, 3), [], samples.slice(5, 9)];
    const shown: Sample[][] = [];
    for (const trial of trials) {
      const seen: Sample[] = [];
      for (const block of blocksOf(trial, {bytes: 10_000})) folder.appendBlock({trial: 0, part: 0}, block);
      await folder.endTrials(sample => seen.push(sample));
      shown.push(seen);
    }
    await folder.save(exampleRecord());
    expect(await readRecord('run-1', place.path)).toEqual({record: exampleRecord(), folder: folder.path});
    expect(await Array.fromAsync(readSamples(folder.path))).toEqual(trials.flat());
    expect(shown).toEqual(trials);
  });

  test('trials that run at the same time lie one after the other, and are read so before they have ended too', async () => {
    await using place = await temporaryFolder();
    await using folder = await createRunFolder(options(place.path));
    const numbered = samples.map(sample => ({...sample, trial: sample.index % 3}));
    const trials = [0, 1, 2].map(trial => numbered.filter(sample => sample.trial === trial));
    for (const trial of [1, 2, 0])
      for (const part of [1, 0])
        for (const block of blocksOf(trials[trial]?.filter((_, place) => place % 2 === part) ?? [], {bytes: 10_000}))
          folder.appendBlock({trial, part}, block);
    await folder.save(exampleRecord());
    expect(await Array.fromAsync(readSamples(folder.path))).toEqual(trials.flat());
    const shown: Sample[] = [];
    await folder.endTrials(sample => shown.push(sample));
    expect(shown).toEqual(trials.flat());
    expect(await Array.fromAsync(readSamples(folder.path))).toEqual(trials.flat());
  });

  test('the parts of a load come together in the order in which their requests ended', async () => {
    await using place = await temporaryFolder();
    await using folder = await createRunFolder(options(place.path));
    const partsOf = (part: number) =>
      blocksOf(
        samples.filter(({index}) => index % 3 === part),
        {bytes: 10_000},
      );
    for (const part of [2, 0, 1]) for (const block of partsOf(part)) folder.appendBlock({trial: 0, part}, block);
    await folder.endTrials(() => {});
    expect(await Array.fromAsync(readSamples(folder.path))).toEqual(samples);
  });

  test('the record is replaced as a whole after every trial, and nothing else stays beside it and the samples', async () => {
    await using place = await temporaryFolder();
    await using folder = await createRunFolder(options(place.path));
    await folder.save(exampleRecord({status: 'running', trials: []}));
    for (const block of blocks) folder.appendBlock({trial: 0, part: 0}, block);
    await folder.endTrials(() => {});
    await folder.save(exampleRecord({trials: [exampleTrial(), exampleTrial({index: 1})]}));
    const {record} = await readRecord(folder.path, 'unused');
    expect([record.status, record.trials.length]).toEqual(['complete', 2]);
    expect(await readdir(folder.path)).toEqual(['record.json', 'samples.jsonl']);
  });

  test('the samples of a trial that was broken off can be read as soon as a record is saved', async () => {
    await using place = await temporaryFolder();
    await using folder = await createRunFolder(options(place.path));
    for (const block of blocks) folder.appendBlock({trial: 0, part: 0}, block);
    await folder.save(exampleRecord());
    expect(await Array.fromAsync(readSamples(folder.path))).toEqual(samples);
  });

  test('they are lines when the folder is disposed of, and no spool is left', async () => {
    await using place = await temporaryFolder();
    const folder = await createRunFolder(options(place.path));
    for (const block of blocks) folder.appendBlock({trial: 0, part: 0}, block);
    await folder[Symbol.asyncDispose]();
    expect(await readdir(folder.path)).toEqual(['samples.jsonl']);
    expect(await Array.fromAsync(readSamples(folder.path))).toEqual(samples);
  });

  test('a trial whose end failed halfway is there once, also when it is ended again', async () => {
    await using place = await temporaryFolder();
    await using folder = await createRunFolder(options(place.path));
    for (const block of blocksOf(samples.slice(0, 2))) folder.appendBlock({trial: 0, part: 0}, block);
    await folder.endTrials(() => {});
    for (const block of blocks) folder.appendBlock({trial: 0, part: 0}, block);
    const failing = ({index}: Sample) => {
      if (index === 700) throw new RangeError('no number'); // after several writes
    };
    await expect(folder.endTrials(failing)).rejects.toThrow(RangeError);
    const all = [...samples.slice(0, 2), ...samples];
    expect(await Array.fromAsync(readSamples(folder.path))).toEqual(all);
    await folder.endTrials(() => {});
    expect(await Array.fromAsync(readSamples(folder.path))).toEqual(all);
    expect(await readdir(folder.path)).toEqual(['samples.jsonl']);
  });

  test('a trial whose end failed is left in its spool when the folder is disposed of', async () => {
    await using place = await temporaryFolder();
    const folder = await createRunFolder(options(place.path));
    for (const block of blocks) folder.appendBlock({trial: 0, part: 0}, block);
    const failing = () => {
      throw new RangeError('no number');
    };
    await expect(folder.endTrials(failing)).rejects.toThrow(RangeError);
    await folder[Symbol.asyncDispose]();
    expect(await readdir(folder.path)).toEqual(['samples.jsonl', 'trial.spool']);
    expect(await Array.fromAsync(readSamples(folder.path))).toEqual(samples);
  });

  test('a write that failed while requests were timed is thrown when the trial ends, not lost and not fatal', async () => {
    await using place = await temporaryFolder();
    const folder = await createRunFolder(options(place.path));
    await mkdir(join(folder.path, 'trial.spool'));
    for (const block of blocks) folder.appendBlock({trial: 0, part: 0}, block);
    const failure = {
      code: 'RECORD_NOT_WRITABLE',
      message: expect.stringMatching(/trial\.spool cannot be written: EEXIST/),
    };
    await expect(folder.endTrials(() => {})).rejects.toMatchObject(failure);
    await expect(folder.save(exampleRecord())).rejects.toMatchObject(failure);
    await folder[Symbol.asyncDispose](); // says it no third time
  });

  test('a folder that vanished during the run is said when the record is saved', async () => {
    await using place = await temporaryFolder();
    const folder = await createRunFolder(options(join(place.path, 'gone')));
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
