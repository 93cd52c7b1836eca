import {readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import {describe, expect, test} from 'vitest';
import type {StoredDecision} from '../records/read-decision.ts';
import {temporaryFolder} from '../records/test-folder.ts';
import type {Block} from '../schema/block.ts';
import {nextPair} from '../verdict/schedule.ts';
import {brokenOff} from './decide/resume-decision.ts';
import {begin, decideHere, hashOf, patience, read, samplesPerTrial, tiny} from './decide/test-decide.ts';
import {cutover, saidOnStderr} from './test-cutover.ts';

const placeOf = ({phase, pair, workload, place}: Block) => `${phase} ${pair} ${workload} ${place}`;

/** The quick plan as small as the command line can make it. */
const small = '--workload chat --requests 8 --pairs 2 --aa-pairs 2 --budget 0.5'.split(' ');

describe('a decision that was interrupted', () => {
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
    const first = await decideHere([...begin, '--seed', '5', '--out', broken], {interruptAtBlock: 3});
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
      expect(await samplesPerTrial(join(broken, arm))).toEqual(after.records[arm].trials.map(({index}) => [index, 4]));
  });

  test('within a pair makes that pair again whole, and keeps its first half, marked', {timeout: patience}, async () => {
    await using place = await temporaryFolder();
    const folder = join(place.path, 'decision');
    await decideHere([...begin, '--out', folder], {interruptAtBlock: 4});
    const before = await read(folder);
    expect(before.decision.blocks).toHaveLength(3);
    await decideHere(['--resume', folder, '--format', 'csv']);
    const after = await read(folder);
    expectGoneOn(before, after);
    const {blocks} = after.decision;
    expect(blocks.map(({void: why}) => why.includes(brokenOff)).indexOf(true)).toBe(2);
    expect(blocks.slice(3, 5).map(({pair}) => pair)).toEqual([2, 2]);
    expect(blocks.slice(2, 5).map(block => hashOf(after, block))).toEqual(
      Array(3).fill(hashOf(after, blocks[2] as Block)),
    );
  });

  test('is refused with what is packed, all of it at once, and goes on when that is unpacked', {
    timeout: patience,
  }, async () => {
    await using place = await temporaryFolder();
    const folder = join(place.path, 'decision');
    await decideHere([...begin, '--out', folder], {interruptAtBlock: 3});
    const names = ['blocks.jsonl', 'baseline/samples.jsonl', 'candidate/samples.jsonl'];
    const files = names.map(name => join(folder, name));
    const contents = await Promise.all(files.map(file => readFile(file)));
    for (const [index, file] of files.entries()) {
      await writeFile(`${file}.gz`, gzipSync(contents[index] ?? ''));
      await rm(file);
    }
    const before = await readdir(folder, {recursive: true});
    const {thrown} = await decideHere(['--resume', folder]);
    expect(thrown).toMatchObject({
      code: 'BAD_OPTIONS',
      message: `--resume ${folder}: blocks.jsonl.gz, baseline/samples.jsonl.gz, candidate/samples.jsonl.gz are packed, and measuring goes on at the end of the file`,
      hint: `Unpack first: gunzip ${files.map(file => `${file}.gz`).join(' ')}`,
    });
    expect((await readdir(folder, {recursive: true})).sort()).toEqual(before.sort()); // nothing was touched
    for (const [index, file] of files.entries()) await writeFile(file, contents[index] ?? '');
    expect((await decideHere(['--resume', folder, '--format', 'csv'])).thrown).toBeNull();
  });

  test('by kill -9 loses no finished block, and is readable before it goes on', {timeout: 2 * patience}, async () => {
    await using place = await temporaryFolder();
    const folder = join(place.path, 'decision');
    const running = cutover('decide', ...begin, ...small, '--out', folder);
    await saidOnStderr(running, 'A/A pair 2 of');
    running.kill('SIGKILL');
    await running;
    const before = await read(folder);
    expect(before.decision).toMatchObject({status: 'running', endedAt: null});
    expect([1, 2, 3]).toContain((await cutover('decide', '--from', folder, '--format', 'csv')).exitCode);
    expect([1, 2, 3]).toContain((await cutover('decide', '--resume', folder, '--format', 'csv')).exitCode);
    expectGoneOn(before, await read(folder));
  });

  test('by the death of a side is no secret once it goes on', {timeout: patience}, async () => {
    await using place = await temporaryFolder();
    const folder = join(place.path, 'decision');
    const first = await decideHere([...begin, '--candidate-fault', 'dies:at-ms=2000', '--out', folder], {
      plan: {...tiny, aaPairs: 100, budgetGpuMinutes: null},
    });
    expect(first.thrown).toMatchObject({code: 'ENGINE_DIED'});
    await decideHere(['--resume', folder], {interruptAtBlock: 1});
    const {records} = await read(folder);
    expect(records.candidate.findings).toContainEqual(
      expect.objectContaining({code: 'server-died', severity: 'warning'}),
    );
    expect(records.baseline.findings).toEqual([]);
    expect((await decideHere(['--from', folder, '--format', 'csv'])).stdout).toMatch(
      /^ {2}candidate: A server of this side died while it was measured: The simulated engine died/m,
    );
  });

  test('by its budget goes on with a higher one, and with nothing else', {timeout: patience}, async () => {
    await using place = await temporaryFolder();
    const folder = join(place.path, 'decision');
    await decideHere([...begin, '--out', folder], {plan: {...tiny, spareRuns: 0, budgetGpuMinutes: 0.000_01}});
    const before = await read(folder);
    expect(before.decision).toMatchObject({status: 'complete', blocks: [], findings: [{code: 'budget-ended'}]});
    expect((await decideHere(['--resume', folder])).thrown).toMatchObject({
      code: 'BAD_OPTIONS',
      message: expect.stringContaining('this decision is complete: its budget ended it'),
      hint: expect.stringContaining(`--resume ${folder} --budget <minutes>`),
    });
    expect((await decideHere(['--resume', folder, '--budget', '0.00001'])).thrown).toMatchObject({
      code: 'BAD_OPTIONS',
      message: expect.stringContaining('--budget 0.00001 is spent'),
    });
    const after = await decideHere(['--resume', folder, '--budget', '9', '--format', 'csv']);
    expect(after.thrown).toBeNull();
    const {decision} = await read(folder);
    expect(decision).toMatchObject({status: 'complete', findings: [], plan: {budgetGpuMinutes: 9}});
    expect(decision.blocks.length).toBeGreaterThan(0);
  });
});
