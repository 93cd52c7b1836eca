import {mkdir, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {sides} from '../claims/evidence.ts';
import {temporaryFolder} from '../records/test-folder.ts';
import {exampleRecord, exampleTrial} from '../records/test-run.ts';
import type {DecidedRun} from '../report/decision/decided-run.ts';
import {decidedRun} from '../report/decision/test-decided-run.ts';
import type {RunRecord} from '../schema/record.ts';
import type {Sample} from '../schema/sample.ts';
import {chatSample} from '../stats/test-samples.ts';
import {printClaims} from './claims.ts';
import {readEvidence} from './read-evidence.ts';
import {cutover} from './test-cutover.ts';

const writeRun = async (folder: string, record: RunRecord, samples: readonly Sample[] = []) => {
  await mkdir(folder, {recursive: true});
  await writeFile(join(folder, 'record.json'), JSON.stringify(record));
  if (samples.length > 0)
    await writeFile(join(folder, 'samples.jsonl'), samples.map(sample => `${JSON.stringify(sample)}\n`).join(''));
};

const writeDecision = async (folder: string, {decision, verdict, records, series}: DecidedRun) => {
  await writeRun(join(folder, 'baseline'), records.baseline);
  await writeRun(join(folder, 'candidate'), records.candidate);
  await writeFile(join(folder, 'decision.json'), JSON.stringify(decision));
  await writeFile(join(folder, 'verdict.json'), JSON.stringify(verdict));
  await writeFile(join(folder, 'blocks.jsonl'), series.map(line => `${JSON.stringify(line)}\n`).join(''));
};

const ofCandidate = (runId: string, changes: Partial<RunRecord> = {}): RunRecord => {
  const record = exampleRecord({runId, ...changes});
  return {...record, engine: {...record.engine, name: sides.to}};
};

const printed = async (reportsDir: string, ...named: readonly string[]) => {
  let text = '';
  await printClaims({
    named,
    reportsDir,
    json: false,
    out: more => {
      text += more;
    },
  });
  return text;
};

describe('claims', () => {
  test('reads runs and decisions in any folder of the evidence, a decision with its two runs', async () => {
    await using reports = await temporaryFolder();
    const evidence = join(reports.path, 'evidence');
    await writeRun(join(evidence, 'one'), ofCandidate('one'));
    await writeRun(join(evidence, 'a-day', 'two'), ofCandidate('two'));
    const run = decidedRun();
    await writeDecision(join(evidence, 'a-day', 'decision'), run);
    const {runs, decisions} = await readEvidence({reportsDir: reports.path, named: []});
    expect(runs.map(({runId}) => runId)).toEqual([
      'two',
      'one',
      run.records.baseline.runId,
      run.records.candidate.runId,
    ]);
    expect(decisions.map(({decision}) => decision.decisionId)).toEqual([run.decision.decisionId]);
    expect(await printed(reports.path)).toMatch(/^25 claims, by 4 runs and 1 decision of real engines\n/);
  });

  test('a run or a decision that is named counts too, and once', async () => {
    await using reports = await temporaryFolder();
    await writeRun(join(reports.path, 'evidence', 'one'), ofCandidate('one'));
    await writeRun(join(reports.path, 'two'), ofCandidate('two'));
    await writeDecision(join(reports.path, 'three'), decidedRun());
    const file = join(reports.path, 'two', 'record.json');
    expect(await printed(reports.path, 'one', 'two', file, 'three')).toContain('by 4 runs and 1 decision of');
  });

  test('simulated runs are left out, and it says so', async () => {
    await using reports = await temporaryFolder();
    await writeRun(join(reports.path, 'one'), ofCandidate('one', {evidence: 'simulated'}));
    const text = await printed(reports.path, 'one');
    expect(text).toContain('by 0 runs and 0 decisions of real engines\n1 simulated run left out');
    expect(text).not.toMatch(/CONFIRMED|REFUTED|INCONCLUSIVE/);
  });

  test('the first tokens of later requests are held against those of the same session', async () => {
    await using reports = await temporaryFolder();
    const workload = {kind: 'repeat', promptTokens: 2048, outputTokens: 16, times: 3} as const;
    const sample = (session: number, turn: number, ttftMs: number): Sample => ({
      ...chatSample({session: `s${session}`, turn}),
      sentMs: 1000 * turn,
      scheduledMs: null,
      firstTokenMs: 1000 * turn + ttftMs,
    });
    const samples = Array.from({length: 10}, (_, session) => [
      sample(session, 1, 100),
      sample(session, 2, 50 + session),
    ]).flat();
    await writeRun(join(reports.path, 'one'), ofCandidate('one', {trials: [exampleTrial({workload})]}), samples);
    const {turnRatios} = await readEvidence({reportsDir: reports.path, named: ['one']});
    expect(turnRatios).toMatchObject([{runId: 'one', trial: 0, turn: 2}]);
    expect(turnRatios[0]?.ratios.map(ratio => ratio.toFixed(2))).toEqual(
      Array.from({length: 10}, (_, session) => (0.5 + session / 100).toFixed(2)),
    );
    expect((await printed(reports.path, 'one')).replaceAll(/\s+/g, ' ')).toContain(
      '0.545 [0.51, 0.58] at request 2 (10 prompts)',
    );
  });

  test('a broken record ends it with one error that names the file', async () => {
    await using reports = await temporaryFolder();
    const folder = join(reports.path, 'evidence', 'a-day', 'broken');
    await writeRun(folder, ofCandidate('one'));
    await writeFile(join(folder, 'record.json'), '{"schemaVersion": 1');
    await expect(printed(reports.path)).rejects.toThrow(
      `${join(folder, 'record.json')} cannot be read: it is not JSON`,
    );
  });

  test('a decision without its verdict says how to make one', async () => {
    await using reports = await temporaryFolder();
    const folder = join(reports.path, 'evidence', 'decision');
    await writeDecision(folder, decidedRun());
    await rm(join(folder, 'verdict.json'));
    await expect(printed(reports.path)).rejects.toMatchObject({
      code: 'RECORD_UNREADABLE',
      message: expect.stringContaining('verdict.json cannot be read'),
      hint: expect.stringContaining(`npm run decide -- --from ${folder}`),
    });
  });

  test('as a user starts it: --json is the ledger, and a run that is not there exits 13', async () => {
    const {stdout, exitCode} = await cutover('claims', '--json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toHaveLength(25);
    const failed = await cutover('claims', 'no-such-run', 'nor-this-one');
    expect([failed.exitCode, failed.stdout]).toEqual([13, '']);
    expect(failed.stderr).toMatch(/^RECORD_UNREADABLE: no-such-run cannot be read: there is no such run/);
  });
});
