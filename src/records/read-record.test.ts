import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {readRecord} from './read-record.ts';
import {temporaryFolder} from './test-folder.ts';
import {exampleRecord, exampleTrial} from './test-run.ts';

const writeRun = async (folder: string, content: unknown) => {
  await mkdir(folder, {recursive: true});
  await writeFile(join(folder, 'record.json'), typeof content === 'string' ? content : JSON.stringify(content));
};

describe('a run is found', () => {
  test.each([
    ['by its folder', (reports: string) => join(reports, 'run-1'), 'run-1'],
    ['by its record.json', (reports: string) => join(reports, 'run-1', 'record.json'), 'run-1'],
    ['by its id', () => 'run-1', 'run-1'],
    ['by its id among the evidence', () => 'run-1', join('evidence', 'run-1')],
  ])('%s', async (_how, name, place) => {
    await using reports = await temporaryFolder();
    await writeRun(join(reports.path, place), exampleRecord());
    const {record, folder} = await readRecord(name(reports.path), reports.path);
    expect(record).toEqual(exampleRecord());
    expect(folder).toBe(join(reports.path, place));
  });

  test('when its harness died, with the trials up to there', async () => {
    await using reports = await temporaryFolder();
    await writeRun(join(reports.path, 'run-1'), exampleRecord({status: 'running', endedAt: null}));
    const {record} = await readRecord('run-1', reports.path);
    expect([record.status, record.trials.length]).toEqual(['running', 1]);
  });
});

describe('a record that cannot be read', () => {
  const failure = async (content: unknown) => {
    await using reports = await temporaryFolder();
    await writeRun(join(reports.path, 'run-1'), content);
    return await readRecord('run-1', reports.path).catch((thrown: unknown) => thrown);
  };

  test('is absent: the error lists where it was looked for', async () => {
    await using reports = await temporaryFolder();
    await expect(readRecord('run-2', reports.path)).rejects.toMatchObject({
      code: 'RECORD_UNREADABLE',
      message: expect.stringContaining(join(reports.path, 'evidence', 'run-2')),
      hint: expect.stringContaining('run folder'),
    });
  });

  test('is absent where its absolute path says: no other place is named', async () => {
    await using reports = await temporaryFolder();
    const path = join(reports.path, 'run-2');
    await expect(readRecord(path, reports.path)).rejects.toMatchObject({
      message: `${path} cannot be read: there is no such run; looked for ${path}`,
    });
  });

  test('is a folder without a record.json', async () => {
    await using reports = await temporaryFolder();
    await expect(readRecord(reports.path, 'unused')).rejects.toMatchObject({
      code: 'RECORD_UNREADABLE',
      message: `${reports.path} is no run: it has no record.json`,
      hint: 'Name a folder that holds the record.json of a run.',
    });
  });

  test.each([
    ['decision.json', 'a decision', 'decide'],
    ['rehearsal.json', 'a rehearsal', 'rehearse'],
  ])('is a folder with a %s: it is said what it is', async (file, what, command) => {
    await using reports = await temporaryFolder();
    await writeFile(join(reports.path, file), '{}');
    await expect(readRecord(reports.path, 'unused')).rejects.toMatchObject({
      message: `${reports.path} is ${what}, not a run`,
      hint: `Show it with npm run ${command} -- --from ${reports.path}`,
    });
  });

  test('is not JSON', async () => {
    expect(await failure('{"schemaVersion": 1,')).toMatchObject({
      code: 'RECORD_UNREADABLE',
      message: expect.stringMatching(/run-1\/record\.json cannot be read: it is not JSON$/),
    });
  });

  test('was written in another version: that is said, and not every field that differs', async () => {
    expect(await failure({schemaVersion: 7})).toMatchObject({
      message: expect.stringContaining('its schemaVersion is 7, and this cutover reads 1'),
      hint: 'Read it with the version of cutover that wrote it.',
    });
  });

  test('was not written by cutover: it is not said to be of an old version', async () => {
    for (const content of [{}, []])
      expect(await failure(content)).toMatchObject({
        message: expect.stringMatching(/record\.json cannot be read: it has no schemaVersion, which whatever cutover/),
        hint: 'Copy it from the machine that measured it once more.',
      });
  });

  test('has other fields than its schema says: the first three are named', async () => {
    const {seed: _, ...record} = exampleRecord({trials: [exampleTrial({counts: {ok: 1.5, failed: -0.5}})]});
    const thrown = await failure({...record, runId: 7, status: 'done'});
    expect(thrown).toMatchObject({code: 'RECORD_UNREADABLE', message: expect.stringContaining('runId: ')});
    expect(thrown).toMatchObject({message: expect.stringMatching(/and 2 more$/)});
  });
});
