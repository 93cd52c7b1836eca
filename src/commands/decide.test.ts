import {cp, mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import {beforeAll, describe, expect, test} from 'vitest';
import {quick} from '../../suites/quick.ts';
import type {CutoverError} from '../errors.ts';
import {readDecision, type StoredDecision} from '../records/read-decision.ts';
import {temporaryFolder} from '../records/test-folder.ts';
import {arms, type Block} from '../schema/block.ts';
import type {Decision} from '../schema/decision.ts';
import type {DecisionPlan} from '../schema/plan.ts';
import {percentile} from '../stats/percentile.ts';
import {chat, decideHere, embed, hashOf, patience, read, samplesPerTrial, tiny} from './decide/test-decide.ts';

const plan: DecisionPlan = {...tiny, workloads: [chat, embed], answers: quick.answers};

describe('a decision from beginning to end', () => {
  let place: Awaited<ReturnType<typeof temporaryFolder>>;
  let folder = '';
  let said: Awaited<ReturnType<typeof decideHere>>;
  let stored: StoredDecision;

  beforeAll(async () => {
    place = await temporaryFolder();
    folder = join(place.path, 'decision');
    said = await decideHere(['--plan', 'quick', '--runtime', 'embedded', '--out', folder], {plan});
    stored = await read(folder);
    return () => place[Symbol.asyncDispose]();
  }, patience);

  test('leaves the decision, two runs, the series, the verdict and the reports', async () => {
    expect(said.thrown).toBeNull();
    const files = await readdir(folder);
    for (const name of [
      'decision.json',
      'blocks.jsonl',
      'verdict.json',
      'baseline',
      'candidate',
      'report.md',
      'junit.xml',
    ])
      expect(files).toContain(name);
    expect(stored.decision).toMatchObject({status: 'complete', evidence: 'simulated', sittings: [{gpuUuids: []}]});
    for (const arm of ['baseline', 'candidate'] as const) {
      const trials = stored.decision.blocks.filter(block => block.arm === arm).map(({trial}) => trial);
      expect(stored.records[arm]).toMatchObject({status: 'complete', trials: trials.map(index => ({index}))});
      expect(trials).toEqual(trials.map((_, index) => index));
      expect(await samplesPerTrial(join(folder, arm))).toEqual(trials.map(trial => [trial, 4]));
    }
  });

  test('makes pairs of the baseline with itself first; the two blocks of a pair follow one another and send the same bytes', () => {
    const {blocks} = stored.decision;
    expect(blocks.filter(({phase}) => phase === 'aa').every(({arm}) => arm === 'baseline')).toBe(true);
    expect(blocks.slice(0, 8).map(({phase}) => phase)).toEqual(Array(8).fill('aa'));
    expect(blocks.filter(({phase}) => phase === 'ab').every(({arm, place: side}) => arm === side)).toBe(true);
    for (let first = 0; first < blocks.length; first += 2) {
      const [one, other] = blocks.slice(first, first + 2) as [Block, Block];
      expect([one.pair, one.workload]).toEqual([other.pair, other.workload]);
      expect(hashOf(stored, one)).toBe(hashOf(stored, other));
    }
    expect(new Set(blocks.map(block => hashOf(stored, block))).size).toBe(blocks.length / 2);
  });

  test('keeps series that come to what the trials have', () => {
    for (const [index, {arm, trial}] of stored.decision.blocks.entries()) {
      const measured = stored.records[arm].trials[trial];
      const e2eMs = Float64Array.from(stored.series[index]?.series.e2eMs ?? []).sort();
      expect(percentile(e2eMs, 0.5)).toBeCloseTo(measured?.e2eMs?.p50 ?? Number.NaN, 2);
    }
  });

  test('says the verdict first, then a line for each metric and where the report is', () => {
    const lines = said.stdout.split('\n');
    expect(['NO-GO', 'INCONCLUSIVE', 'VOID']).toContain(lines[0]);
    expect(said.stdout).toMatch(/^embed +Throughput +/m);
    expect(lines.at(-3)).toBe(`Report: ${join(folder, 'report.html')}, ${join(folder, 'report.md')}`);
    expect(lines.at(-2)).toBe(`Computed again, from what was measured: npm run decide -- --from ${folder}`);
  });

  test('shows what it will measure, and how far it is', () => {
    expect(said.notes).toContain(
      'Plan quick: 2 A/A pairs and at most 2 A/B pairs of 2 workloads, for up to 0.3 GPU minutes, on simulated engines',
    );
    expect(said.notes).toContainEqual(expect.stringMatching(/^A\/A pair 1 of 2 · chat · baseline · getting ready/));
  });

  test('has an exit code that is its verdict, here and when it is computed again, and then prints it as JSON', async () => {
    const before = await readFile(join(folder, 'verdict.json'), 'utf8');
    const again = await decideHere(['--from', folder, '--json', '--format', 'csv']);
    expect(again.stdout).toBe(before);
    expect(again.exitCode).toBe(said.exitCode);
    const code = {GO: 0, 'NO-GO': 1, INCONCLUSIVE: 2, VOID: 3}[JSON.parse(before).verdict as string];
    expect(said.exitCode).toBe(code);
  });

  test('says so when the verdict that lay there was another one', async () => {
    const copy = join(place.path, 'edited');
    await cp(folder, copy, {recursive: true});
    const same = await decideHere(['--from', copy, '--format', 'csv']);
    expect(same.notes).not.toContainEqual(expect.stringContaining('verdict.json was another one'));
    const file = join(copy, 'decision.json');
    const edited = withJson(({plan: own}) => Object.assign(own.workloads[0]?.metrics[0] ?? {}, {marginShare: 0.9}));
    await writeFile(file, edited(await readFile(file, 'utf8')));
    const {notes} = await decideHere(['--from', copy, '--format', 'csv']);
    expect(notes).toContainEqual(
      expect.stringMatching(/^verdict\.json was another one before: (NO-GO|INCONCLUSIVE|VOID), computed by another/),
    );
  });

  /** A copy of the decision without its samples and without what is computed from it. */
  const copied = async (into: string): Promise<string> => {
    const computed = (await readdir(folder)).filter(name => !['decision.json', 'blocks.jsonl', ...arms].includes(name));
    await cp(folder, into, {recursive: true, filter: file => !file.endsWith('samples.jsonl')});
    for (const name of computed) await rm(join(into, name));
    return into;
  };

  test('is computed again to the same bytes from a copy elsewhere, without samples and with packed series', async () => {
    const copy = await copied(join(place.path, 'copy'));
    await writeFile(join(copy, 'blocks.jsonl.gz'), gzipSync(await readFile(join(copy, 'blocks.jsonl'))));
    await rm(join(copy, 'blocks.jsonl'));
    const again = await decideHere(['--from', copy]);
    expect(again).toMatchObject({thrown: null, exitCode: said.exitCode});
    for (const name of ['verdict.json', 'metrics.csv', 'summary.json', 'junit.xml', 'report.md', 'report.html'])
      expect(await readFile(join(copy, name), 'utf8'), name).toBe(await readFile(join(folder, name), 'utf8'));
  });

  test('is found by its id in a folder of another name, and a run is said to be one', async () => {
    const {decisionId} = stored.decision;
    expect((await readDecision(decisionId, place.path)).decision.decisionId).toBe(decisionId);
    await expect(readDecision(join(folder, 'baseline'), place.path)).rejects.toMatchObject({
      code: 'RECORD_UNREADABLE',
      message: expect.stringMatching(/baseline cannot be read: it is a run, not a decision$/),
      hint: expect.stringContaining('npm run report -- '),
    });
  });

  const withLines = (change: (lines: string[]) => readonly string[]) => (text: string) =>
    `${change(text.trimEnd().split('\n')).join('\n')}\n`;
  const withJson = (change: (value: Decision) => void) => (text: string) => {
    const value = JSON.parse(text);
    change(value);
    return JSON.stringify(value);
  };

  test.each<[string, string, (text: string) => string, RegExp]>([
    [
      'a decision.json that is cut off',
      'decision.json',
      text => text.slice(0, -40),
      /decision\.json cannot be read: it is not JSON/,
    ],
    [
      'a series that is missing',
      'blocks.jsonl',
      withLines(lines => lines.slice(0, -1)),
      /blocks\.jsonl cannot be read: it has \d+ lines, and the decision has \d+ blocks/,
    ],
    [
      'a series that is cut off',
      'blocks.jsonl',
      text => text.slice(0, -40),
      /blocks\.jsonl cannot be read: line \d+: /,
    ],
    [
      'a series of an absurd length',
      'blocks.jsonl',
      text => 'a'.repeat(64 * 2 ** 20 + 1) + text,
      /blocks\.jsonl cannot be read: line 1: it is longer than 67108864 characters/,
    ],
    [
      'series in another order',
      'blocks.jsonl',
      withLines(lines => lines.toReversed()),
      /blocks\.jsonl cannot be read: line 1 is not of block 1 \(aa pair 1 chat/,
    ],
    [
      'a block whose trial is not there',
      'baseline/record.json',
      withJson(value => Object.assign(value, {trials: []})),
      /baseline\/record\.json cannot be read: it has no trial 0, which block/,
    ],
    [
      'another load in the plan',
      'decision.json',
      withJson(({plan}) => Object.assign(plan.workloads[0]?.load ?? {}, {requests: 9})),
      /decision\.json cannot be read: the plan's chat is not what trial 0 of the baseline measured/,
    ],
    [
      'a workload that was taken out of the plan',
      'decision.json',
      withJson(({plan}) => void plan.workloads.shift()),
      /decision\.json cannot be read: the plan has no workload of block 1/,
    ],
  ])('is not computed from %s', async (_, file, broken, message) => {
    const copy = await copied(await mkdtemp(join(place.path, 'broken-')));
    await writeFile(join(copy, file), broken(await readFile(join(copy, file), 'utf8')));
    const {thrown} = await decideHere(['--from', copy]);
    expect(thrown).toMatchObject({code: 'RECORD_UNREADABLE', message: expect.stringMatching(message)});
    expect((thrown as CutoverError).hint).toBeTruthy();
  });

  test('is not gone on with once it is complete', async () => {
    const {thrown} = await decideHere(['--resume', folder]);
    expect(thrown).toMatchObject({code: 'BAD_OPTIONS', message: expect.stringContaining('this decision is complete')});
  });
});
