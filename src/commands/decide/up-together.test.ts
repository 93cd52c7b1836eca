import {readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {temporaryFolder} from '../../records/test-folder.ts';
import {processesNaming} from '../test-cutover.ts';
import {decideHere, patience, read, tiny} from './test-decide.ts';
import {program, stackOf} from './test-side-programs.ts';

/** Spent as soon as both sides are up: no block is made. */
const plan = {...tiny, budgetGpuMinutes: 0.000_01};

/** Both sides are processes that do what their script says, in a decision whose pools have a size of their own. */
const decideWith = async (folder: string, scripts: {readonly baseline: string; readonly candidate: string}) => {
  const sides = [
    ...['--baseline-python', await program(folder, 'baseline', scripts.baseline)],
    ...['--baseline-stack', await stackOf(folder, 'baseline')],
    ...['--candidate-python', await program(folder, 'candidate', scripts.candidate)],
    ...['--candidate-stack', await stackOf(folder, 'candidate')],
  ];
  const fixed = ['--plan', 'quick', '--runtime', 'process', '--kv-tokens', '4096', '--format', 'csv'];
  return decideHere([...fixed, ...sides, '--out', join(folder, 'decision')], {plan});
};

/** Serves when the other side's process runs too: one after the other they would wait for ever. */
const afterMeeting = (mine: string, theirs: string) =>
  `cd "$(dirname "$0")/.." && touch ${mine} && while [ ! -e ${theirs} ]; do sleep 0.05; done; exec node simulator.ts`;

test('both sides start at the same time where the pools have a size of their own', {timeout: patience}, async () => {
  await using place = await temporaryFolder();
  const {thrown, notes} = await decideWith(place.path, {
    baseline: afterMeeting('baseline-runs', 'candidate-runs'),
    candidate: afterMeeting('candidate-runs', 'baseline-runs'),
  });
  expect(thrown).toBeNull();
  for (const arm of ['baseline', 'candidate'])
    expect(notes).toContainEqual(expect.stringMatching(new RegExp(`^${arm}: chat: ready after`)));
  const {records} = await read(join(place.path, 'decision'));
  expect(records).toMatchObject({
    baseline: {engine: {servers: [{role: 'chat'}]}},
    candidate: {engine: {servers: [{role: 'chat'}]}},
  });
  expect(processesNaming(place.path)).toEqual([]);
});

test.each([
  ['candidate', 'baseline'],
  ['baseline', 'candidate'],
])(
  'when the %s fails the %s is ended, and the error of the first is thrown',
  {timeout: patience},
  async (fails, waits) => {
    await using place = await temporaryFolder();
    const scripts = {
      [fails]: `cd "$(dirname "$0")/.." && while [ ! -e other-runs ]; do sleep 0.05; done; exit 7`,
      [waits]: 'touch "$(dirname "$0")/../other-runs"; while :; do sleep 0.1; done',
    } as {baseline: string; candidate: string};
    const {thrown} = await decideWith(place.path, scripts);
    expect(thrown).toMatchObject({
      code: 'ENGINE_DID_NOT_START',
      message: expect.stringMatching(/^The chat server .* exited with code 7 after .* s, before it was ready/),
    });
    expect(processesNaming(place.path)).toEqual([]);
    const folder = join(place.path, 'decision');
    expect((await read(folder)).decision).toMatchObject({
      status: 'failed',
      failure: {code: 'ENGINE_DID_NOT_START'},
      blocks: [],
    });
    expect(await readdir(join(folder, waits))).toContain('chat.log');
    expect(await readFile(join(folder, waits, 'chat.log'), 'utf8')).toMatch(/^start of process/);
  },
);
