import {cp, readFile, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {temporaryFolder} from '../records/test-folder.ts';
import type {Decision} from '../schema/decision.ts';
import type {DecisionPlan} from '../schema/plan.ts';
import type {RunRecord} from '../schema/record.ts';
import {chat, decideHere, embed, patience, read, tiny} from './decide/test-decide.ts';

const plan: DecisionPlan = {
  ...tiny,
  workloads: [chat, embed],
  spareRuns: 1,
  budgetGpuMinutes: null,
  answers: {ask: {kind: 'parity', texts: 12, rankings: 12, chats: 12}, required: ['chat', 'embed']},
};
/** Nothing but the answers is measured: the budget is spent when they are there. */
const noPairs = ['--budget', '0.00001', '--format', 'csv', '--runtime', 'embedded'];

describe('the baseline of a stored decision', () => {
  let place: Awaited<ReturnType<typeof temporaryFolder>>;
  let stored = '';
  let serial = 0;

  const rewritten = async <Of>(file: string, change: (value: Of) => void) => {
    const value = JSON.parse(await readFile(file, 'utf8'));
    change(value);
    await writeFile(file, JSON.stringify(value));
  };

  beforeAll(async () => {
    place = await temporaryFolder();
    stored = join(place.path, 'stored');
    await decideHere(['--plan', 'quick', '--runtime', 'embedded', '--format', 'csv', '--out', stored], {plan});
    // What a machine under load made void is to be no part of this; it may be that it left no pairs of both sides at all.
    await rewritten<Decision>(join(stored, 'decision.json'), ({blocks}) => {
      for (const block of blocks) block.void = [];
    });
  }, patience);
  afterAll(() => place[Symbol.asyncDispose]());

  /** Against a copy of it that was changed. */
  const against = async (words: readonly string[], change: (copy: string) => Promise<void> = async () => {}) => {
    serial += 1;
    const [copy, folder] = ['copy', 'decision'].map(name => join(place.path, `${name}-${serial}`)) as [string, string];
    await cp(stored, copy, {recursive: true});
    await change(copy);
    const said = await decideHere(['--baseline', copy, '--out', folder, ...words]);
    return {said, folder};
  };
  const hasPairs = async () => (await read(stored)).decision.blocks.filter(({phase}) => phase === 'ab').length >= 8;

  test('is judged by the options that were given, and asked the same questions', {timeout: patience}, async () => {
    if (!(await hasPairs())) return;
    const {said, folder} = await against([...noPairs, '--workload', 'embed', '--margin', '0.07', '--pairs', '2']);
    expect(said.thrown).toBeNull();
    const {decision} = await read(folder);
    expect(decision.plan).toMatchObject({
      ...{name: 'quick', lookPairs: [2], budgetGpuMinutes: 0.000_01, candidate: {engine: 'vllm', stack: null}},
      workloads: [{name: 'embed', metrics: [{marginShare: 0.07}]}],
      answers: {required: ['embed']},
    });
    expect(new Set(decision.blocks.map(({workload}) => workload))).toEqual(new Set(['embed']));
    expect(decision.answers).toContainEqual(expect.objectContaining({role: 'embed', outcome: 'same'}));
  });

  test('without answers leaves those of the candidate unknown, and nothing is asked', {timeout: patience}, async () => {
    if (!(await hasPairs())) return;
    const {said, folder} = await against(noPairs, copy =>
      rewritten<RunRecord>(join(copy, 'baseline', 'record.json'), record => {
        record.examinations = [];
      }),
    );
    expect(said.exitCode).toBe(2);
    const detail = 'The stored baseline has no answers that those of the candidate could be compared with.';
    const {decision, records} = await read(folder);
    expect(decision.answers).toEqual(['chat', 'embed'].map(role => ({role, outcome: 'unknown', detail})));
    expect(records.candidate.examinations).toEqual([]);
    expect(said.stdout).toContain(`embed: it is not known whether the answers are the same. ${detail}`);
  });

  test('is taken without its void blocks, which count as no failed attempt', {timeout: patience}, async () => {
    if (!(await hasPairs())) return;
    const {said, folder} = await against(noPairs, async copy => {
      await rewritten<Decision>(join(copy, 'decision.json'), ({blocks, plan: own}) => {
        own.spareRuns = 0;
        for (const block of blocks) if (block.phase === 'aa' && block.pair === 1) block.void = ['client-lag'];
      });
      await rm(join(copy, 'baseline', 'samples.jsonl'));
    });
    expect(said).toMatchObject({thrown: null, exitCode: 2});
    const {blocks} = (await read(folder)).decision;
    expect(blocks.some(({pair}) => pair === 1)).toBe(false);
  });

  test('is refused with other requests or another plan, in one sentence', async () => {
    if (!(await hasPairs())) return;
    const {said} = await against(['--plan', 'migration', '--requests', '9']);
    expect(said.thrown).toMatchObject({
      code: 'BAD_OPTIONS',
      message: expect.stringMatching(
        /measured by the plan quick and the requests of that, so --plan migration and --requests 9 cannot be given$/,
      ),
    });
  });
});
