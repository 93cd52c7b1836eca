import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {temporaryFolder} from '../records/test-folder.ts';
import {exampleRecord} from '../records/test-run.ts';
import type {Answer} from '../schema/answer.ts';
import type {RunRecord} from '../schema/record.ts';
import {compare} from './compare.ts';

const compared = async (json: boolean) => {
  await using reports = await temporaryFolder();
  for (const runId of ['run-a', 'run-b']) {
    await mkdir(join(reports.path, runId));
    await writeFile(join(reports.path, runId, 'record.json'), JSON.stringify(exampleRecord({runId})));
  }
  let printed = '';
  await compare({
    runs: ['run-a', join(reports.path, 'run-b')],
    reportsDir: reports.path,
    json,
    out: text => {
      printed += text;
    },
  });
  return printed;
};

test('two runs are found by id and by folder and printed side by side', async () => {
  const printed = await compared(false);
  expect(printed).toMatch(/^A {2}run-a .*\nB {2}run-b /);
  expect(printed).toContain('is not a verdict');
});

test('--json prints the same numbers unrounded, and says whose they are and what they are worth', async () => {
  const {runs, suites} = JSON.parse(await compared(true));
  const run = {status: 'complete', evidence: 'real', engine: 'example', version: '1.2.3'};
  expect(runs).toEqual({a: {runId: 'run-a', ...run}, b: {runId: 'run-b', ...run}});
  expect(suites[0].measures).toContainEqual({
    key: 'output_tokens_per_second',
    title: 'output',
    unit: 'tok/s',
    a: {median: 7124.4, min: 7124.4, max: 7124.4},
    b: {median: 7124.4, min: 7124.4, max: 7124.4},
    ratio: 1,
  });
});

const contractRun = (runId: string): RunRecord =>
  exampleRecord({
    runId,
    trials: [],
    examinations: [
      {
        stage: 'contract',
        spec: {kind: 'contract', generated: 0},
        repetition: 1,
        evidence: 'real',
        startedAt: '2026-11-21T15:12:10.000Z',
        durationMs: 1,
        answersFile: 'answers-contract-1.jsonl',
        questions: 1,
        dataHash: 'c'.repeat(64),
        checks: [],
        measures: {},
      },
    ],
  });

const answered = (status: number | null, content: string): Answer => ({
  id: 'chat/answered/one-question',
  pass: 1,
  about: 'chat',
  request: {method: 'POST', path: '/chat', contentType: 'application/json', body: '{}', bytes: 2},
  status,
  failure: status === null ? 'write EPIPE' : null,
  durationMs: 1,
  reply: {json: {content}},
});

test.each([
  ['GO', 0, answered(200, 'other words')],
  ['NO-GO', 1, answered(404, 'none')],
  ['INCONCLUSIVE', 2, answered(null, 'none')],
])('of two runs of the contract suite the verdict is %s, and the exit code %i', async (word, code, other) => {
  await using reports = await temporaryFolder();
  for (const [runId, answer] of [
    ['run-a', answered(200, 'words')],
    ['run-b', other],
  ] as const) {
    await mkdir(join(reports.path, runId));
    await writeFile(join(reports.path, runId, 'record.json'), JSON.stringify(contractRun(runId)));
    await writeFile(join(reports.path, runId, 'answers-contract-1.jsonl'), `${JSON.stringify(answer)}\n`);
  }
  let printed = '';
  const out = (text: string) => {
    printed += text;
  };
  expect(await compare({runs: ['run-a', 'run-b'], reportsDir: reports.path, json: false, out})).toBe(code);
  expect(printed).toMatch(new RegExp(`^${word}: `, 'm'));
});

test('of three runs a map is printed, in which runs alone win nothing; one run alone compares with nothing', async () => {
  await using reports = await temporaryFolder();
  for (const runId of ['run-a', 'run-b', 'run-c']) {
    await mkdir(join(reports.path, runId));
    await writeFile(join(reports.path, runId, 'record.json'), JSON.stringify(exampleRecord({runId})));
  }
  const printed: string[] = [];
  const options = {reportsDir: reports.path, out: (text: string) => void printed.push(text)};
  const runs = ['run-a', 'run-b', 'run-c'];
  expect(await compare({...options, runs, json: false})).toBe(0);
  await compare({...options, runs, json: true});
  expect(printed[0]?.match(/open: an unknown number of GPUs/g)).toHaveLength(2);
  const {stages} = JSON.parse(printed[1] ?? '');
  expect(stages).toMatchObject([{stage: 'chat', b: 'example (run-b)', winner: null}, {b: 'example (run-c)'}]);
  await expect(compare({...options, runs: ['run-a'], json: false})).rejects.toThrow('One run alone');
});
