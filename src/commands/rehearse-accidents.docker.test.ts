import {execFileSync} from 'node:child_process';
import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import Docker from 'dockerode';
import {describe, expect, test, vi} from 'vitest';
import {readRehearsal} from '../records/rehearsal-folder.ts';
import {temporaryFolder} from '../records/test-folder.ts';
import type {Arm} from '../schema/block.ts';
import {expectWhole, leftOnDocker, rehearseOnDocker} from './rehearse/test-docker-rehearsal.ts';
import {cutoverCached, readRun, saidStage} from './rehearse/test-rehearse.ts';

vi.setConfig({testTimeout: 120_000, maxConcurrency: 3});

/** A blue-green rehearsal that was begun, and has said that it is in the stage. */
const inStage = async (stage: string, folder: string) => {
  const words = await rehearseOnDocker(folder, {
    strategy: {kind: 'blue-green'},
    change: plan => ({...plan, watchSeconds: 3}), // time for an accident in it
  });
  const running = cutoverCached(words);
  await saidStage(running, stage);
  return {running}; // a promise would be waited for
};

const seenIn = async (folder: string) => {
  const run = join(folder, 'run');
  return (await readRehearsal(run, run)).rehearsal;
};

/** Kills the container of a side that is up, as from outside. */
const killContainerOf = async (folder: string, side: Arm): Promise<void> => {
  const docker = new Docker();
  const all = await docker.listContainers({filters: {label: [`cutover.folder=${folder}/run/logs/${side}-1`]}});
  expect(all).toHaveLength(1);
  await docker.getContainer(all[0]?.Id ?? '').kill();
};

describe.concurrent('an accident in the middle of a rehearsal on Docker', () => {
  test('the gateway dies: the rehearsal ends and says so, and nothing is left', async () => {
    await using place = await temporaryFolder();
    const {running} = await inStage('watch', place.path);
    process.kill((await seenIn(place.path)).helpers.gateway?.pid ?? Number.NaN, 'SIGKILL');
    const {exitCode, stderr} = await running;
    expect([exitCode, stderr]).toEqual([12, expect.stringMatching(/^ENGINE_DIED: The gateway ended while it served/m)]);
    expect(await seenIn(place.path)).toMatchObject({status: 'failed', failure: {code: 'ENGINE_DIED'}});
    expect(await leftOnDocker(place.path)).toEqual([]);
    const again = await cutoverCached(['rehearse', '--from', join(place.path, 'run'), '--format', 'csv']);
    expect([1, 2, 3]).toContain(again.exitCode);
  });

  test('the baseline dies while it serves: the rehearsal ends and says so, and nothing is left', async () => {
    await using place = await temporaryFolder();
    const {running} = await inStage('candidate-up', place.path);
    await killContainerOf(place.path, 'baseline');
    const {exitCode, stderr} = await running;
    expect([exitCode, stderr]).toEqual([
      12,
      expect.stringMatching(/^ENGINE_DIED: The baseline died while it served: .*docker kill/m),
    ]);
    expect(await seenIn(place.path)).toMatchObject({status: 'failed', failure: {code: 'ENGINE_DIED'}});
    expect(await leftOnDocker(place.path)).toEqual([]);
  });

  test('the baseline dies while the candidate serves: it is started again for the way back, and that is said', async () => {
    await using place = await temporaryFolder();
    const {running} = await inStage('watch', place.path);
    await killContainerOf(place.path, 'baseline');
    const {exitCode, stderr} = await running;
    expect([0, 1, 2, 3], stderr).toContain(exitCode);
    const {rehearsal, verdict} = await readRun(place.path);
    expect(rehearsal.findings.map(({code}) => code)).toContain('baseline-died');
    expect(rehearsal.engines.filter(({arm}) => arm === 'baseline').map(({incarnation}) => incarnation)).toEqual([1, 2]);
    expect(verdict.accounting.failed).toBe(0);
    await expectWhole(place.path);
    expect(await leftOnDocker(place.path)).toEqual([]);
  });

  test('a disk that is full: the rehearsal ends and says so, and nothing is left', async () => {
    await using place = await temporaryFolder();
    const disk = join(place.path, 'run');
    await mkdir(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', disk]);
    try {
      const {running} = await inStage('watch', place.path);
      await expect(writeFile(join(disk, 'filler'), Buffer.alloc(16e6))).rejects.toMatchObject({code: 'ENOSPC'});
      const {exitCode, stderr} = await running;
      expect([exitCode, stderr]).toEqual([13, expect.stringMatching(/^RECORD_NOT_WRITABLE: .*no space left/im)]);
      expect(await leftOnDocker(place.path)).toEqual([]);
    } finally {
      execFileSync('umount', [disk]);
    }
  });

  test('Ctrl-C: the baseline serves, then all is stopped in order', async () => {
    await using place = await temporaryFolder();
    const {running} = await inStage('watch', place.path);
    running.kill('SIGINT');
    const {exitCode, stderr} = await running;
    expect([exitCode, stderr]).toEqual([20, expect.stringMatching(/^INTERRUPTED: interrupted by SIGINT$/m)]);
    const rehearsal = await seenIn(place.path);
    expect(rehearsal).toMatchObject({status: 'interrupted', failure: {code: 'INTERRUPTED'}});
    expect(rehearsal.events.findLast(({kind}) => kind === 'route')?.route?.primary).toBe('baseline');
    expect(await leftOnDocker(place.path)).toEqual([]);
  });
});
