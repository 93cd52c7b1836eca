import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {readRehearsal} from '../records/rehearsal-folder.ts';
import {temporaryFolder} from '../records/test-folder.ts';
import {endOrphans, orphanedHelpers} from '../rehearsal/strays.ts';
import {blueGreen, killedAt, leftIn, readRun, rehearseIn, stagesPassed} from './rehearse/test-rehearse.ts';
import {cutover} from './test-cutover.ts';

const embed = async (url: string): Promise<number> => {
  const headers = {'content-type': 'application/json'};
  const reply = await fetch(`${url}/embed`, {method: 'POST', headers, body: JSON.stringify({texts: ['hello']})});
  return reply.status;
};

// Every step of the plan is killed in containers: rehearse-killed.docker.test.ts.
describe('kill -9 of the harness, with simulated engines', () => {
  test('in cutover: the service goes on to answer, and --resume ends the rehearsal', async () => {
    await using place = await temporaryFolder();
    await killedAt('cutover', [...(await rehearseIn(place.path, blueGreen)), '--scenario', 'dies-under-load']);
    const run = join(place.path, 'run');
    const {rehearsal: left} = await readRehearsal(run, run);
    expect([left.status, left.stages.at(-1)]).toMatchObject(['running', {name: 'cutover', endMs: null}]);
    expect(await embed(left.helpers.gateway?.url ?? '')).toBe(200);

    const {exitCode, stderr} = await cutover('rehearse', '--resume', run, '--format', 'csv');
    expect({exitCode, stderr}).toMatchObject({exitCode: expect.toSatisfy((code: number) => code <= 3)});
    const {rehearsal} = await readRun(place.path);
    expect(rehearsal.status).toBe('complete');
    expect(rehearsal.sittings).toHaveLength(2);
    expect(stagesPassed(rehearsal).at(-1)).toBe('down done');
    expect(rehearsal.helpers).toEqual({gateway: null, baseline: null, candidate: null});
    expect(leftIn(place.path)).toEqual([]);
  }, 120_000);

  test('in watch: --abort goes back and takes all down; then it is over, and can be shown', async () => {
    await using place = await temporaryFolder();
    await killedAt('watch', await rehearseIn(place.path, blueGreen));
    const run = join(place.path, 'run');
    const {exitCode} = await cutover('rehearse', '--abort', run, '--format', 'csv');
    expect(exitCode).toBeLessThanOrEqual(3);
    const {rehearsal} = await readRun(place.path);
    expect(rehearsal).toMatchObject({status: 'interrupted', failure: {code: 'INTERRUPTED'}});
    expect(stagesPassed(rehearsal).at(-1)).toBe('down done');
    expect(leftIn(place.path)).toEqual([]);
    expect((await cutover('rehearse', '--resume', run)).stderr).toMatch(/this rehearsal is over \(interrupted\)/);
    expect((await cutover('rehearse', '--from', run, '--format', 'csv')).exitCode).toBeLessThanOrEqual(3);
  }, 120_000);
});

test('clean ends what a killed rehearsal left', async () => {
  await using place = await temporaryFolder();
  await killedAt('watch', await rehearseIn(place.path, blueGreen));
  expect(leftIn(place.path)).toHaveLength(3);
  const orphans = (await orphanedHelpers()).filter(({folder}) => folder.startsWith(place.path));
  expect(await endOrphans(orphans)).toEqual([]);
  expect(leftIn(place.path)).toEqual([]);
}, 120_000);
