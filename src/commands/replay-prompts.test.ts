import {appendFile, copyFile, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {suites} from '../../suites/index.ts';
import {type LoadStage, loadSpec} from '../schema/suite.ts';
import {workloadSpec} from '../schema/workload.ts';
import {indexTrace, type PromptTrace} from '../traces/index-trace.ts';
import {readTraces, tracesText} from './read-traces.ts';
import {promptReplayOf, reuseFindings} from './replay-prompts.ts';
import type {StageOptions} from './stages.ts';

let folder = '';
let path = '';
let prompts: PromptTrace;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cutover-traces-'));
  path = join(folder, 'x.csv');
  await writeFile(path, 'time,prompt_tokens,output_tokens,session\n10,100,5,a\n11,50,5,b\n12,150,5,a\n14,200,5,a\n');
  prompts = await indexTrace(path);
});
afterAll(() => rm(folder, {recursive: true}));

const [stage] = suites.trace.stages as readonly [LoadStage];
const nothing: StageOptions = {
  ...{concurrency: null, rate: null, arrivals: null, burstiness: null, traceSpeed: null, maxInFlight: null},
  ...{requests: null, duration: null, warmup: null, promptTokens: null, outputTokens: null, batch: null},
  ...{sharedPrefix: null, contexts: null, turns: null, thinkSeconds: null, branches: null, repetitions: null},
  ...{slo: null, levels: null},
};
const replay = (options: Partial<StageOptions>) => promptReplayOf(prompts, stage, {...nothing, ...options});

describe('a stage whose prompts are those of a trace', () => {
  test('says which trace, and replays it at its times', () => {
    const {workload, load} = replay({});
    const {sha256} = prompts;
    expect(workloadSpec.parse(workload)).toEqual({kind: 'trace', file: 'x.csv', sha256, rows: 4, blockTokens: 512});
    expect(loadSpec.parse(load)).toMatchObject({
      arrivals: 'trace',
      requests: 4,
      ratePerSecond: 0.75,
      trace: {speed: 1},
    });
  });

  test('ends early, and goes faster', () => {
    expect(replay({requests: 3, traceSpeed: 2}).load).toMatchObject({requests: 3, ratePerSecond: 2});
    expect(replay({duration: 3}).load).toMatchObject({requests: null, durationSeconds: 3, ratePerSecond: 1});
    expect(() => replay({requests: 5})).toThrow('the trace x.csv has only 4');
  });

  test('is sent in another way where that is asked for, at most whole', () => {
    expect(replay({concurrency: 2}).load).toMatchObject({mode: 'closed', concurrency: 2, requests: 4});
    expect(replay({rate: 5, requests: 3}).load).toMatchObject({arrivals: 'poisson', ratePerSecond: 5, requests: 3});
    for (const otherwise of [{rate: 5}, {concurrency: 2}])
      expect(() => replay({...otherwise, requests: 5})).toThrow('the trace x.csv has only 4');
    expect(replay({arrivals: 'uniform'}).load).toMatchObject({arrivals: 'uniform', requests: 4});
    expect(replay({concurrency: 2, duration: 3}).load).toMatchObject({mode: 'closed', requests: null});
  });
});

test('a trial of a trace notes what an endless cache would have of the requests that were planned', () => {
  const planned = {stage: {...stage, ...replay({})}, prompts};
  expect(reuseFindings(planned, 4)).toMatchObject([
    // 100 of 150, and 150 of 200.
    {code: 'trace-reuse', severity: 'note', message: expect.stringMatching(/^50\.0 % .* these 4 requests of x\.csv/)},
  ]);
  expect(reuseFindings(planned, 2)[0]?.message).toMatch(/^0\.0 %/);
  expect(reuseFindings(planned, 9)).toEqual(reuseFindings(planned, 4)); // there are no more
  expect(reuseFindings(planned, null)).toEqual([]);
  expect(reuseFindings({...planned, prompts: null}, 4)).toEqual([]);
});

test('a trace that was changed or taken away while the trial ran costs it the note and nothing else', async () => {
  const moved = join(folder, 'moved.csv');
  await copyFile(path, moved);
  const index = await indexTrace(moved);
  const planned = {stage: {...stage, ...replay({})}, prompts: index};
  await appendFile(moved, '15,1,1,c\n');
  const [changed] = reuseFindings(planned, 4);
  expect(changed).toMatchObject({code: 'trace-reuse', severity: 'note'});
  expect(changed?.message).toMatch(/^What an endless prefix cache would have of moved\.csv cannot be told: /);
  await rm(moved);
  expect(reuseFindings(planned, 4)).toMatchObject([{code: 'trace-reuse', severity: 'note'}]);
});

describe('which file is read', () => {
  test("one for the suite of a trace, our own where none is named; every other suite takes a file's times", async () => {
    expect((await readTraces([suites.trace], null)).prompts?.file).toBe('code-search.jsonl');
    expect(await readTraces([suites.chat], null)).toEqual({times: null, prompts: null});
    const both = await readTraces([suites.chat, suites.trace], path);
    expect([both.times?.file, both.prompts?.file]).toEqual(['x.csv', 'x.csv']);
    expect((await readTraces([suites.chat], path)).prompts).toBeNull();
  });

  test('and how it was understood is said', async () => {
    expect(tracesText(await readTraces([suites.trace], path))).toEqual([
      'Trace x.csv: 4 arrivals over 4.00 s (date or number (in s) in its first column)',
      'Prompts of x.csv: by prompt_tokens, output_tokens, session; a block is 512 tokens',
    ]);
    expect(tracesText(await readTraces([suites.chat], path))).toHaveLength(1);
  });
});
