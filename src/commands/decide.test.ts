import {cp, mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import {beforeAll, describe, expect, test} from 'vitest';
import type {CutoverError} from '../errors.ts';
import {readDecision, type StoredDecision} from '../records/read-decision.ts';
import {readRecord} from '../records/read-record.ts';
import {readSamples} from '../records/read-samples.ts';
import {temporaryFolder} from '../records/test-folder.ts';
import {arms} from '../schema/block.ts';
import type {Decision} from '../schema/decision.ts';
import {percentile} from '../stats/percentile.ts';
import {nextPair} from '../verdict/schedule.ts';
import {brokenOff} from './decide/resume-decision.ts';
import {decideHere, small} from './decide/test-decide.ts';
import {cutover, saidOnStderr} from './test-cutover.ts';

const read = (folder: string) => readDecision(folder, folder);

type Blocks = StoredDecision['decision']['blocks'];

const placeOf = ({phase, pair, workload, place}: Blocks[number]) => `${phase} ${pair} ${workload} ${place}`;

/** Of what was sent in each block. */
const hashOf = ({records}: StoredDecision, {arm, trial}: Blocks[number]) => records[arm].trials[trial]?.dataHash;

/** A decision is many small loads; on a machine that does other things at the same time they are slow. */
const patience = 60_000;

// A machine under load makes blocks void (client-lag), and pairs are made again: no test counts on how many there are.
const samplesPerTrial = async (folder: string) => {
  const samples = await Array.fromAsync(readSamples(folder));
  return [...Map.groupBy(samples, ({trial}) => trial)].map(([trial, of]) => [trial, of.length]);
};

describe('a decision from beginning to end', () => {
  let place: Awaited<ReturnType<typeof temporaryFolder>>;
  let folder = '';
  let said: Awaited<ReturnType<typeof decideHere>>;
  let stored: StoredDecision;

  beforeAll(async () => {
    place = await temporaryFolder();
    folder = join(place.path, 'decision');
    said = await decideHere([...small, '--out', folder]);
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
      expect(await samplesPerTrial(join(folder, arm))).toEqual(trials.map(trial => [trial, 8]));
    }
  });

  test('makes pairs of the baseline with itself first; the two blocks of a pair follow one another and send the same bytes', () => {
    const {blocks} = stored.decision;
    expect(blocks.filter(({phase}) => phase === 'aa').every(({arm}) => arm === 'baseline')).toBe(true);
    expect(blocks.slice(0, 8).map(({phase}) => phase)).toEqual(Array(8).fill('aa'));
    expect(blocks.filter(({phase}) => phase === 'ab').every(({arm, place: side}) => arm === side)).toBe(true);
    for (let first = 0; first < blocks.length; first += 2) {
      const [one, other] = blocks.slice(first, first + 2) as [Blocks[number], Blocks[number]];
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
    expect(said.stdout).toMatch(/^embed +Items +/m);
    expect(lines.at(-2)).toMatch(/^Report: /);
  });

  test('shows how far it is', () => {
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
      'series in another order',
      'blocks.jsonl',
      withLines(lines => lines.toReversed()),
      /blocks\.jsonl cannot be read: line 1 is not of block 1 \(aa pair 1 chat/,
    ],
    [
      'a block whose trial is not there',
      'candidate/record.json',
      withJson(value => Object.assign(value, {trials: []})),
      /candidate\/record\.json cannot be read: it has no trial 0, which block/,
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

describe('a decision that was interrupted', () => {
  const only = [...small, '--workload', 'chat', '--format', 'csv'];

  /** What was made before stands, the next pair is the one that was due, and no block is there twice. */
  const expectGoneOn = (before: StoredDecision, after: StoredDecision) => {
    const {plan, seed, sittings} = before.decision;
    const kept = before.decision.blocks;
    expect(after.decision.blocks.slice(0, kept.length).map(placeOf)).toEqual(kept.map(placeOf));
    expect(after.decision.blocks.slice(0, kept.length).map(({trial, startMs}) => [trial, startMs])).toEqual(
      kept.map(({trial, startMs}) => [trial, startMs]),
    );
    const blocks = after.decision.blocks.slice(0, kept.length).filter(block => !block.void.includes(brokenOff));
    const due = nextPair({plan, seed, sittings, blocks});
    const made = after.decision.blocks.slice(kept.length);
    expect(made.slice(0, due.length)).toMatchObject(due);
    expect(new Set(made.map(({sitting}) => sitting))).toEqual(new Set([sittings.length + 1]));
    const counted = after.decision.blocks.filter(block => !block.void.includes(brokenOff)).map(placeOf);
    expect(new Set(counted).size).toBe(counted.length);
    expect(after.decision).toMatchObject({status: 'complete', failure: null, plan, seed});
  };

  test('between two pairs goes on with the next one, by the options that it was begun with', {
    timeout: patience,
  }, async () => {
    await using place = await temporaryFolder();
    const broken = join(place.path, 'broken');
    const first = await decideHere([...only, '--seed', '5', '--out', broken], 3);
    expect(first.thrown).toMatchObject({code: 'INTERRUPTED'});
    expect(first.notes).toContain(`What was measured is kept: npm run decide -- --resume ${broken} goes on with it.`);
    const before = await read(broken);
    expect(before.decision).toMatchObject({status: 'interrupted', failure: {code: 'INTERRUPTED'}, blocks: {length: 2}});
    expect(before.records.baseline).toMatchObject({status: 'interrupted', trials: {length: 2}});

    expect((await decideHere(['--resume', broken, '--format', 'csv'])).thrown).toBeNull();
    const after = await read(broken);
    expectGoneOn(before, after);
    expect(after.decision.blocks.every(block => !block.void.includes(brokenOff))).toBe(true);
    for (const arm of ['baseline', 'candidate'] as const)
      expect(await samplesPerTrial(join(broken, arm))).toEqual(after.records[arm].trials.map(({index}) => [index, 8]));
  });

  test('within a pair makes that pair again whole, and keeps its first half, marked', {timeout: patience}, async () => {
    await using place = await temporaryFolder();
    const folder = join(place.path, 'decision');
    await decideHere([...only, '--out', folder], 4);
    const before = await read(folder);
    expect(before.decision.blocks).toHaveLength(3);
    await decideHere(['--resume', folder, '--format', 'csv']);
    const after = await read(folder);
    expectGoneOn(before, after);
    const {blocks} = after.decision;
    expect(blocks.map(({void: why}) => why.includes(brokenOff)).indexOf(true)).toBe(2);
    expect(blocks.slice(3, 5).map(({pair}) => pair)).toEqual([2, 2]);
    expect(blocks.slice(2, 5).map(block => hashOf(after, block))).toEqual(
      Array(3).fill(hashOf(after, blocks[2] as Blocks[number])),
    );
  });

  test('by kill -9 loses no finished block, and is readable before it goes on', {timeout: patience}, async () => {
    await using place = await temporaryFolder();
    const folder = join(place.path, 'decision');
    const running = cutover('decide', ...only, '--out', folder);
    await saidOnStderr(running, 'A/A pair 2 of');
    running.kill('SIGKILL');
    await running;
    const before = await read(folder);
    expect(before.decision).toMatchObject({status: 'running', endedAt: null});
    expect([1, 2, 3]).toContain((await cutover('decide', '--from', folder, '--format', 'csv')).exitCode);
    expect([1, 2, 3]).toContain((await cutover('decide', '--resume', folder, '--format', 'csv')).exitCode);
    expectGoneOn(before, await read(folder));
  });
});

test('an engine that is planted to be slower is slower, and one that is planted to be faster is faster', {
  timeout: patience,
}, async () => {
  await using place = await temporaryFolder();
  const folder = join(place.path, 'decision');
  const faults = ['--baseline-fault', 'slow:share=-0.5', '--candidate-fault', 'slow:share=0.5'];
  await decideHere([...small, '--workload', 'chat', ...faults, '--out', folder, '--format', 'csv']);
  const {decision, records} = await read(folder);
  const fastest = (arm: 'baseline' | 'candidate', pick: 'min' | 'max') =>
    Math[pick](
      ...decision.blocks
        .filter(({place: side, phase}) => phase === 'ab' && side === arm)
        .map(({trial}) => records[arm].trials[trial]?.e2eMs?.p50 ?? Number.NaN),
    );
  expect(fastest('candidate', 'min')).toBeGreaterThan(fastest('baseline', 'max'));
});

test('a baseline that lies stored is taken as it is, and the candidate is sent the same requests', {
  timeout: patience,
}, async () => {
  await using place = await temporaryFolder();
  const [stored, folder] = [join(place.path, 'stored'), join(place.path, 'decision')];
  const run =
    '--engine vllm --runtime embedded --suite chat --requests 8 --concurrency 8 --warmup 8 --prompt-tokens 128 --output-tokens 32';
  await cutover('bench', ...run.split(' '), '--repetitions', '4', '--format', 'csv', '--out', stored);
  const words = ['--plan', 'quick', '--requests', '8', '--runtime', 'embedded', '--format', 'csv'];
  const {thrown} = await decideHere([...words, '--baseline', stored, '--out', folder]);
  const {record} = await readRecord(stored, stored);
  const valid = record.trials.filter(({findings}) => findings.every(({severity}) => severity !== 'void'));
  if (valid.length < 2) {
    // On a machine under load a run may have no valid trials, and is then no baseline.
    expect(thrown).toMatchObject({code: 'BAD_OPTIONS'});
    return;
  }
  expect(thrown).toBeNull();
  const after = await read(folder);
  expect(after.decision.storedBaseline).toEqual({runId: record.runId, startedAt: record.startedAt});
  expect(after.records.baseline).toEqual(record);
  const made = after.decision.blocks.filter(({place: side}) => side === 'candidate');
  expect(made.length).toBeGreaterThan(0);
  for (const block of made) expect(hashOf(after, block)).toBe(record.trials[block.pair - 1]?.dataHash);
});

test('with restarts a side is up for its blocks of a pair alone', {timeout: patience}, async () => {
  await using place = await temporaryFolder();
  const folder = join(place.path, 'decision');
  const first = await decideHere([...small, '--workload', 'chat', '--format', 'csv', '--out', folder], 2);
  expect(first.thrown).toMatchObject({code: 'INTERRUPTED'});
  // The plan has no option for it, so it is written into the plan of a decision that goes on.
  const file = join(folder, 'decision.json');
  const decision: Decision = JSON.parse(await readFile(file, 'utf8'));
  decision.plan.between = 'restart';
  await writeFile(file, JSON.stringify(decision));
  const {thrown, notes} = await decideHere(['--resume', folder, '--format', 'csv']);
  expect(thrown).toBeNull();
  const {blocks} = (await read(folder)).decision;
  const ready = notes.filter(note => /^(baseline|candidate): ready after/.test(note));
  expect(ready).toHaveLength(blocks.filter(({sitting}) => sitting === 2).length);
});
