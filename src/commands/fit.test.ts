import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {calibration} from '../../suites/calibration.ts';
import {temporaryFolder} from '../records/test-folder.ts';
import {exampleRecord, exampleTrial} from '../records/test-run.ts';
import type {RunRecord} from '../schema/record.ts';
import type {OkSample} from '../schema/sample.ts';
import {loadsOf} from '../schema/stage.ts';
import type {Workload} from '../schema/workload.ts';
import {calibrations} from '../simulator/calibration.ts';
import {fitConstants} from './fit.ts';
import {recordedStage} from './test-recording.ts';

const {engine} = exampleRecord();
const vllm = {...engine, name: 'vllm', title: 'vLLM'};

const fitted = async (record: RunRecord, samples: readonly OkSample[] = []) => {
  await using reports = await temporaryFolder();
  await mkdir(join(reports.path, 'run'));
  await writeFile(join(reports.path, 'run', 'record.json'), JSON.stringify(record));
  const lines = samples.map(sample => `${JSON.stringify(sample)}\n`).join('');
  await writeFile(join(reports.path, 'run', 'samples.jsonl'), lines);
  let printed = '';
  const out = (text: string) => {
    printed += text;
  };
  await fitConstants({run: 'run', reportsDir: reports.path, terminal: {out, note: () => {}}});
  return printed;
};

/** The calibration suite, with shorter answers, fewer requests and less at once, and one conversation, as the shipped constants would have it. */
const ownRun = () => {
  const stages = calibration.stages.flatMap(loadsOf).map(({name, workload, load}) => ({
    name,
    workload: workload.kind === 'chat' ? {...workload, outputTokens: 8} : (workload as Workload<'embed' | 'rerank'>),
    concurrency: 'concurrency' in load ? Math.min(load.concurrency, 8) : 1,
  }));
  const prefix = {kind: 'prefix', promptTokens: 512, outputTokens: 8, turns: 2} as const;
  const all = [...stages, {name: 'prefix', workload: prefix, concurrency: 2}];
  const trials = all.map(({name, workload, concurrency}, index) =>
    exampleTrial({
      index,
      suite: name,
      workload,
      load: {mode: 'closed', concurrency, requests: 2 * concurrency, durationSeconds: null, warmup: 0},
    }),
  );
  const samples = all.flatMap(({name, ...stage}, trial) =>
    recordedStage(
      name,
      {...stage, trial, requests: 2 * stage.concurrency},
      calibrations.vllm,
      'vllm',
    ).repetitions.flat(),
  );
  return {record: exampleRecord({engine: vllm, trials}), samples};
};

test('a run that the simulated engine made itself is followed to a few per cent, and conversations are foretold', async () => {
  const {record, samples} = ownRun();
  const printed = await fitted(record, samples);
  expect(printed).toContain(`${record.runId} (complete): vLLM 1.2.3, real`);
  expect(printed).toMatch(/chat\.stepBaseMs +2\.\d+ {2}\S+ \S+/);
  expect(printed).toMatch(/^decode-64 +[\d.]+ +[\d.]+ +[+-]\d+ %/m);
  expect(printed).toMatch(/^prefix \* /m);
  expect(Number(/Typical error .*: ([\d.]+) %/.exec(printed)?.[1])).toBeLessThan(5);
  expect(Number(/foretold: ([\d.]+) %/.exec(printed)?.[1])).toBeLessThan(10);
});

describe('a run that tells nothing is refused', () => {
  test('without the calibration suite, with the command that measures it', async () => {
    await expect(fitted(exampleRecord({engine: vllm}))).rejects.toMatchObject({
      code: 'BAD_OPTIONS',
      message: expect.stringContaining(
        "no valid trial of the calibration suite's decode-1, decode-8, decode-32, decode-64",
      ),
      hint: 'Measure once more: npm run bench -- --engine vllm --suite calibration',
    });
  });

  test('with a void trial where a valid one is needed', async () => {
    const finding = {code: 'all-failed', severity: 'void', message: 'x', hint: null} as const;
    const trials = calibration.stages
      .flatMap(loadsOf)
      .map(({name}, index) => exampleTrial({index, suite: name, findings: name === 'decode-8' ? [finding] : []}));
    await expect(fitted(exampleRecord({engine: vllm, trials}))).rejects.toMatchObject({
      message: expect.stringMatching(/calibration suite's decode-8$/),
    });
  });

  test('of an engine that the simulated one does not speak like', async () => {
    await expect(fitted(exampleRecord())).rejects.toMatchObject({
      code: 'BAD_OPTIONS',
      message: expect.stringContaining('Example engine'),
      hint: 'Name a run of one of vllm, sglang.',
    });
  });
});
