import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {readRehearsal} from '../records/rehearsal-folder.ts';
import {temporaryFolder} from '../records/test-folder.ts';
import {endOrphans, orphanedHelpers} from '../rehearsal/strays.ts';
import type {StageName} from '../schema/rehearsal.ts';
import {blueGreen, killedAt, leftIn, readRun, rehearseIn, stagesPassed} from './rehearse/test-rehearse.ts';
import {cutover, saidOnStderr} from './test-cutover.ts';

const embed = async (url: string): Promise<number> => {
  const headers = {'content-type': 'application/json'};
  const reply = await fetch(`${url}/embed`, {method: 'POST', headers, body: JSON.stringify({texts: ['hello']})});
  return reply.status;
};

const resumable: readonly StageName[] = [
  ...(['baseline-up', 'before', 'candidate-up', 'check', 'cutover', 'watch', 'fault'] as const),
  ...(['rollback', 'recover', 'after', 'down'] as const),
];

describe('kill -9 of the harness', () => {
  test.each(resumable)(
    'in %s: the service goes on to answer, and --resume ends the rehearsal',
    async stage => {
      await using place = await temporaryFolder();
      const words = [...(await rehearseIn(place.path, blueGreen)), '--scenario', 'dies-under-load'];
      await killedAt(stage, words);
      const run = join(place.path, 'run');
      const {rehearsal: left} = await readRehearsal(run, run);
      expect([left.status, left.stages.at(-1)]).toMatchObject(['running', {name: stage, endMs: null}]);
      const {gateway} = left.helpers;
      if (stage !== 'baseline-up' && stage !== 'down') expect(await embed(gateway?.url ?? '')).toBe(200);

      const {exitCode, stderr} = await cutover('rehearse', '--resume', run, '--format', 'csv');
      expect({exitCode, stderr}).toMatchObject({exitCode: expect.toSatisfy((code: number) => code <= 3)});
      const {rehearsal} = await readRun(place.path);
      expect(rehearsal.status).toBe('complete');
      expect(rehearsal.sittings).toHaveLength(2);
      expect(stagesPassed(rehearsal).slice(-4)).toEqual([
        expect.stringMatching(/^rollback done|^recover/),
        ...[expect.stringMatching(/^recover|^after/), expect.stringMatching(/^after|^down/)],
        'down done',
      ]);
      expect(rehearsal.helpers).toEqual({gateway: null, baseline: null, candidate: null});
      expect(leftIn(place.path)).toEqual([]);
    },
    120_000,
  );

  test.each(['baseline-up', 'candidate-up', 'watch', 'rollback'] as const)(
    'in %s: --abort goes back and takes all down',
    async stage => {
      await using place = await temporaryFolder();
      await killedAt(stage, await rehearseIn(place.path, blueGreen));
      const {exitCode} = await cutover('rehearse', '--abort', join(place.path, 'run'), '--format', 'csv');
      expect(exitCode).toBeLessThanOrEqual(3);
      const {rehearsal} = await readRun(place.path);
      expect(rehearsal).toMatchObject({status: 'interrupted', failure: {code: 'INTERRUPTED'}});
      expect(stagesPassed(rehearsal).at(-1)).toBe('down done');
      expect(leftIn(place.path)).toEqual([]);
    },
    120_000,
  );
});

test('Ctrl-C: the baseline serves, then everything is stopped, and what was seen is kept', async () => {
  await using place = await temporaryFolder();
  const running = cutover(...(await rehearseIn(place.path, blueGreen)));
  await saidOnStderr(running, '\nwatch\n');
  running.kill('SIGINT');
  const {exitCode, stderr} = await running;
  expect(exitCode).toBe(20);
  expect(stderr).toMatch(/^INTERRUPTED: interrupted by SIGINT$/m);
  const run = join(place.path, 'run');
  const {rehearsal} = await readRehearsal(run, run);
  expect(rehearsal).toMatchObject({status: 'interrupted', failure: {code: 'INTERRUPTED'}});
  expect(rehearsal.events.findLast(({kind}) => kind === 'route')?.route?.primary).toBe('baseline');
  expect(leftIn(place.path)).toEqual([]);
  expect((await cutover('rehearse', '--resume', run)).stderr).toMatch(/this rehearsal is over \(interrupted\)/);
  expect((await cutover('rehearse', '--from', run, '--format', 'csv')).exitCode).toBeLessThanOrEqual(3);
}, 120_000);

test('clean ends what a killed rehearsal left', async () => {
  await using place = await temporaryFolder();
  await killedAt('watch', await rehearseIn(place.path, blueGreen));
  expect(leftIn(place.path)).toHaveLength(3);
  const orphans = (await orphanedHelpers()).filter(({folder}) => folder.startsWith(place.path));
  expect(await endOrphans(orphans)).toEqual([]);
  expect(leftIn(place.path)).toEqual([]);
}, 120_000);
