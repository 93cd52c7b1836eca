import {join} from 'node:path';
import {describe, expect, test, vi} from 'vitest';
import {readRehearsal} from '../records/rehearsal-folder.ts';
import {temporaryFolder} from '../records/test-folder.ts';
import {coveringKills, everyKill, type Kill, long} from './rehearse/test-cells.ts';
import {healthAt, leftOnDocker, rehearseOnDocker, shortStrategies} from './rehearse/test-docker-rehearsal.ts';
import {cutoverCached, killedAt, readRun, stagesPassed} from './rehearse/test-rehearse.ts';

vi.setConfig({testTimeout: 180_000, maxConcurrency: 5});

const kills = long ? everyKill : coveringKills;

const killed = async (folder: string, {strategy, stage}: Kill): Promise<string> => {
  const words = await rehearseOnDocker(folder, {strategy: shortStrategies[strategy]});
  await killedAt(stage, [...words, '--scenario', 'dies-under-load']);
  const run = join(folder, 'run');
  const {rehearsal} = await readRehearsal(run, run);
  expect([rehearsal.status, rehearsal.stages.at(-1)]).toMatchObject(['running', {name: stage, endMs: null}]);
  // Nothing serves before the baseline does, and while a restart is between both sides requests are refused with advice.
  const {gateway} = rehearsal.helpers;
  // In fault and rollback the candidate that was killed may still have the route: /health tells of it, and the standby answers.
  const downtime = stage === 'fault' || stage === 'rollback' || (strategy === 'restart' && stage === 'cutover');
  if (stage !== 'baseline-up' && stage !== 'down')
    expect(downtime ? [200, 503] : [200]).toContain(await healthAt(gateway?.url));
  return run;
};

const ended = async (kill: Kill, run: string): Promise<void> => {
  const said = await cutoverCached(['rehearse', kill.end, run, '--format', 'csv']);
  expect([0, 1, 2, 3], `${said.stdout}\n${said.stderr}`).toContain(said.exitCode);
};

describe.concurrent('kill -9 of the harness, with containers', () => {
  test.for(kills.filter(({end}) => end === '--resume'))(
    '$strategy in $stage: the service answers, --resume ends the rehearsal, and nothing is left',
    async kill => {
      await using place = await temporaryFolder();
      await ended(kill, await killed(place.path, kill));
      const {rehearsal, verdict} = await readRun(place.path);
      expect(rehearsal).toMatchObject({status: 'complete', failure: null});
      expect(rehearsal.sittings).toHaveLength(2);
      expect(stagesPassed(rehearsal).at(-1)).toBe('down done');
      expect(verdict.accounts.differences).toEqual([]);
      expect(verdict.accounting).toMatchObject({lost: 0, duplicated: 0});
      expect(await leftOnDocker(place.path)).toEqual([]);
    },
  );

  test.for(kills.filter(({end}) => end === '--abort'))(
    '$strategy in $stage: --abort goes back to the baseline, and nothing is left',
    async kill => {
      await using place = await temporaryFolder();
      await ended(kill, await killed(place.path, kill));
      const {rehearsal} = await readRun(place.path);
      expect(rehearsal).toMatchObject({status: 'interrupted', failure: {code: 'INTERRUPTED'}});
      expect(stagesPassed(rehearsal).slice(-2)).toEqual(['rollback done', 'down done']);
      expect(rehearsal.events.findLast(({route}) => route !== null)?.route?.primary).toBe('baseline');
      expect(await leftOnDocker(place.path)).toEqual([]);
    },
  );
});
