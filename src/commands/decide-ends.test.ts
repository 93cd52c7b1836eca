import {join} from 'node:path';
import {expect, test} from 'vitest';
import {temporaryFolder} from '../records/test-folder.ts';
import type {DecisionPlan} from '../schema/plan.ts';
import type {SweepStage} from '../schema/suite.ts';
import {begin, chat, decideHere, patience, read, tiny} from './decide/test-decide.ts';

const decided = async (words: readonly string[], plan: DecisionPlan) => {
  const place = await temporaryFolder();
  const folder = join(place.path, 'decision');
  const said = await decideHere([...begin, ...words, '--out', folder], {plan});
  const again = await decideHere(['--from', folder, '--json', '--format', 'csv']);
  return {
    ...{said, stored: await read(folder), verdict: JSON.parse(again.stdout)},
    [Symbol.asyncDispose]: place[Symbol.asyncDispose],
  };
};

test('the budget ends a decision before its pairs are made: it is INCONCLUSIVE, and says what is missing', {
  timeout: patience,
}, async () => {
  // Spent as soon as the sides are up.
  await using ended = await decided([], {...tiny, budgetGpuMinutes: 0.000_01});
  const {said, stored, verdict} = ended;
  expect(said).toMatchObject({thrown: null, exitCode: 2});
  expect(said.notes).toContain('The budget ended the measurement: 0.0 of 0.00001 GPU minutes are left');
  expect(stored.decision).toMatchObject({
    status: 'complete',
    blocks: [],
    findings: [
      {
        code: 'budget-ended',
        severity: 'note',
        message: 'The budget ended the measurement: 0.0 of 0.00001 GPU minutes are left',
        hint: expect.stringMatching(/^Give it more: --resume .*decision --budget /),
      },
    ],
  });
  expect(verdict).toMatchObject({verdict: 'INCONCLUSIVE', workloads: [{outcome: 'missing', validPairs: 0}]});
  expect(said.stdout).toMatch(
    /^INCONCLUSIVE\n {2}chat: E2E p50 is missing: .* takes two valid pairs .*, and there are 0\.$/m,
  );
});

test('what is void in every pair ends a decision when its spare pairs are used up, and is VOID', {
  timeout: patience,
}, async () => {
  const plan = {...tiny, aaPairs: 2, spareRuns: 1, budgetGpuMinutes: null};
  await using ended = await decided(['--baseline-fault', 'unavailable:every=2'], plan);
  const {said, stored, verdict} = ended;
  expect(said).toMatchObject({thrown: null, exitCode: 3});
  const {blocks} = stored.decision;
  expect(blocks.map(({phase, pair}) => `${phase} ${pair}`)).toEqual(['aa 1', 'aa 1', 'aa 2', 'aa 2']);
  expect(blocks.every(({void: why}) => why.includes('errors'))).toBe(true);
  expect(verdict).toMatchObject({verdict: 'VOID', workloads: [{validPairs: 0}]});
  expect(verdict.gates).toContainEqual({code: 'errors', blocks: 4});
  expect(verdict.reasons[0]).toMatch(
    /^chat has too few valid pairs: 2 of 2 pairs were void \(.*errors 2.*\), and 1 pair may be made again\.$/,
  );
});

const capacity: SweepStage = {
  name: 'capacity',
  workload: chat.workload,
  load: {mode: 'closed', concurrency: 1, requests: null, durationSeconds: null, warmup: 1},
  sweep: {over: 'concurrency', from: 1, to: 2, gainShare: 0.1, requestsPerSlot: 2},
};

test('what is described is measured once on each side when the pairs are made, and judged nowhere', {
  timeout: patience,
}, async () => {
  const plan = {...tiny, spareRuns: 0, budgetGpuMinutes: null, describe: [capacity]};
  await using ended = await decided([], plan);
  const {decision, records} = ended.stored;
  expect(ended.said.thrown).toBeNull();
  for (const arm of ['baseline', 'candidate'] as const) {
    const {sweeps, trials} = records[arm];
    const blocks = decision.blocks.filter(block => block.arm === arm).map(({trial}) => trial);
    expect(sweeps).toMatchObject([{stage: 'capacity'}]);
    const levels = sweeps[0]?.levels.map(({trial}) => trial) ?? [];
    expect(levels.length).toBeGreaterThan(0);
    expect([...blocks, ...levels]).toEqual(trials.map(({index}) => index));
    expect(trials.slice(blocks.length).map(({suite}) => suite)).toContain('capacity@1');
  }
  expect(JSON.stringify(ended.verdict)).not.toContain('capacity');
});

test('what is described is left out where the budget is spent', {timeout: patience}, async () => {
  await using ended = await decided([], {...tiny, budgetGpuMinutes: 0.000_01, describe: [capacity]});
  expect(ended.stored.records).toMatchObject({baseline: {sweeps: []}, candidate: {sweeps: []}});
});
