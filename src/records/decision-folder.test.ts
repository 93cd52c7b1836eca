import {access, readdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import type {BlockSeries} from '../schema/block.ts';
import {createDecisionFolder, openDecisionFolder} from './decision-folder.ts';
import {openRunFolder} from './run-folder.ts';
import {temporaryFolder} from './test-folder.ts';
import {exampleRecord, exampleTrial} from './test-run.ts';

const line = (pair: number): BlockSeries => ({
  ...{phase: 'ab', pair, workload: 'chat', place: 'baseline'},
  series: {e2eMs: [1, 2]},
});
const block = (pair: number) => ({
  ...({phase: 'ab', pair, workload: 'chat', place: 'baseline', arm: 'baseline', trial: 0} as const),
  ...{sitting: 1, startMs: 0, endMs: 1, void: []},
});
const linesOf = async (file: string) => (await readFile(file, 'utf8')).trimEnd().split('\n');

test('series that are appended are there, and a decision that goes on keeps those of its blocks', async () => {
  await using place = await temporaryFolder();
  const {path, appendBlock} = await createDecisionFolder({outDir: null, reportsDir: place.path, decisionId: 'd'});
  for (const pair of [1, 2, 3]) await appendBlock(line(pair));
  await openDecisionFolder(path, {blocks: [block(1), block(2)]}); // killed between the third line and the decision
  expect((await linesOf(join(path, 'blocks.jsonl'))).map(text => JSON.parse(text))).toEqual([line(1), line(2)]);
  await (await openDecisionFolder(path, {blocks: [block(1)]})).appendBlock(line(4));
  expect((await linesOf(join(path, 'blocks.jsonl'))).map(text => JSON.parse(text).pair)).toEqual([1, 4]);
  await openDecisionFolder(path, {blocks: []});
  expect(await readFile(join(path, 'blocks.jsonl'), 'utf8')).toBe('');
});

test('a decision that has more blocks than series does not go on', async () => {
  await using place = await temporaryFolder();
  const {path, appendBlock} = await createDecisionFolder({outDir: null, reportsDir: place.path, decisionId: 'd'});
  await appendBlock(line(1));
  await expect(openDecisionFolder(path, {blocks: [block(1), block(2)]})).rejects.toMatchObject({
    code: 'RECORD_NOT_WRITABLE',
    message: expect.stringContaining('it has fewer lines than the decision has blocks'),
  });
});

test('a folder that holds something is not taken for a new decision', async () => {
  await using place = await temporaryFolder();
  await writeFile(join(place.path, 'x'), '');
  const taken = createDecisionFolder({outDir: place.path, reportsDir: place.path, decisionId: 'd'});
  await expect(taken).rejects.toMatchObject({code: 'RECORD_NOT_WRITABLE', hint: expect.stringContaining('--resume')});
});

test('a run that goes on keeps the samples of its trials, and drops what an interruption left', async () => {
  await using place = await temporaryFolder();
  const sample = (trial: number, index: number) => `${JSON.stringify({trial, index, text: 'é'})}\n`;
  const kept = sample(0, 0) + sample(0, 1);
  await writeFile(join(place.path, 'samples.jsonl'), `${kept}${sample(1, 0)}{"trial":1,"in`);
  for (const name of ['trial.spool', 'answers-answers-1.jsonl', 'answers-answers-2.jsonl'])
    await writeFile(join(place.path, name), 'x');
  const record = exampleRecord({trials: [exampleTrial()]});
  const examinations = [{answersFile: 'answers-answers-1.jsonl'}] as typeof record.examinations;
  await using folder = await openRunFolder(place.path, {trials: record.trials, examinations});
  await folder.save(record);
  expect(await readFile(join(place.path, 'samples.jsonl'), 'utf8')).toBe(kept);
  expect((await readdir(place.path)).sort()).toEqual(['answers-answers-1.jsonl', 'record.json', 'samples.jsonl']);
});

test('a run whose samples are gone does not go on', async () => {
  await using place = await temporaryFolder();
  await expect(openRunFolder(place.path, {trials: [], examinations: []})).rejects.toMatchObject({
    code: 'RECORD_NOT_WRITABLE',
  });
  await expect(access(join(place.path, 'samples.jsonl'))).rejects.toThrow(); // and is not begun anew
});
