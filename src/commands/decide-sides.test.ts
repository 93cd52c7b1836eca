import {readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {readRecord} from '../records/read-record.ts';
import {temporaryFolder} from '../records/test-folder.ts';
import type {DecisionPlan} from '../schema/plan.ts';
import {begin, chat, decideHere, hashOf, patience, read, tiny} from './decide/test-decide.ts';
import {program, stackOf} from './decide/test-side-programs.ts';
import {cutover} from './test-cutover.ts';

test('an engine that is planted to be slower is slower, and one that is planted to be faster is faster', {
  timeout: patience,
}, async () => {
  await using place = await temporaryFolder();
  const folder = join(place.path, 'decision');
  const faults = ['--baseline-fault', 'slow:share=-0.5', '--candidate-fault', 'slow:share=0.5'];
  // Decode steps are what the faults stretch: with few tokens a machine under load weighs as much.
  const plan: DecisionPlan = {
    ...tiny,
    workloads: [{...chat, workload: {kind: 'chat', promptTokens: 32, outputTokens: 32}}],
  };
  await decideHere([...begin, ...faults, '--out', folder], {plan});
  const {decision, records} = await read(folder);
  const medians = (arm: 'baseline' | 'candidate') =>
    decision.blocks
      .filter(({place: side, phase}) => phase === 'ab' && side === arm)
      .map(({trial}) => records[arm].trials[trial]?.e2eMs?.p50 ?? Number.NaN);
  // A machine under load may leave no valid pair of the baseline with itself, and then the sides are not compared.
  if (medians('candidate').length === 0) return;
  expect(Math.min(...medians('candidate'))).toBeGreaterThan(Math.min(...medians('baseline')));
});

test('a baseline that lies stored is taken as it is, and the candidate is sent the same requests', {
  timeout: patience,
}, async () => {
  await using place = await temporaryFolder();
  const [stored, folder] = [join(place.path, 'stored'), join(place.path, 'decision')];
  const run =
    '--engine vllm --runtime embedded --suite chat --requests 4 --concurrency 4 --warmup 2 --prompt-tokens 32 --output-tokens 8';
  await cutover('bench', ...run.split(' '), '--repetitions', '4', '--format', 'csv', '--out', stored);
  const {thrown} = await decideHere([...begin, '--baseline', stored, '--out', folder]);
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

test('with restarts a side is up for its blocks of a pair alone, and every start keeps its log, also in the next sitting', {
  timeout: patience,
}, async () => {
  await using place = await temporaryFolder();
  const folder = join(place.path, 'decision');
  // Without spare pairs: a void one ends the decision.
  const plan: DecisionPlan = {...tiny, between: 'restart', spareRuns: 0, budgetGpuMinutes: null};
  const sides = [
    ...['--baseline-python', await program(place.path, 'baseline', 'exec node simulator.ts')],
    ...['--baseline-stack', await stackOf(place.path, 'baseline')],
    ...['--candidate-python', await program(place.path, 'candidate', 'exec node simulator.ts')],
    ...['--candidate-stack', await stackOf(place.path, 'candidate')],
  ];
  const words = ['--plan', 'quick', '--format', 'csv', '--runtime', 'process', ...sides, '--out', folder];
  const first = await decideHere(words, {plan, interruptAtBlock: 2});
  expect(first.thrown).toMatchObject({code: 'INTERRUPTED'});
  const second = await decideHere(['--resume', folder, '--format', 'csv']);
  expect(second.thrown).toBeNull();
  const starts = (notes: readonly string[], arm: string) =>
    notes.filter(note => note.startsWith(`${arm}: chat: ready after`)).length;
  const {blocks} = (await read(folder)).decision;
  expect(starts(second.notes, 'baseline') + starts(second.notes, 'candidate')).toBe(
    blocks.filter(({sitting}) => sitting === 2).length,
  );
  for (const arm of ['baseline', 'candidate']) {
    const logs = (await readdir(join(folder, arm))).filter(name => name.endsWith('.log'));
    expect(logs).toHaveLength(starts(first.notes, arm) + starts(second.notes, arm));
    const said = await Promise.all(logs.map(name => readFile(join(folder, arm, name), 'utf8')));
    const numbers = said.map(text => /^start of process \d+$/m.exec(text)?.[0]);
    expect(said.every(text => text.match(/^start of process/gm)?.length === 1)).toBe(true);
    expect(new Set(numbers).size).toBe(logs.length);
  }
});
