import {join} from 'node:path';
import {describe, expect, test, vi} from 'vitest';
import {readRehearsal} from '../records/rehearsal-folder.ts';
import {temporaryFolder} from '../records/test-folder.ts';
import type {StageName} from '../schema/rehearsal.ts';
import type {StrategyKind} from '../schema/rehearsal-plan.ts';
import {healthAt, leftOnDocker, rehearseOnDocker, shortStrategies} from './rehearse/test-docker-rehearsal.ts';
import {cutoverCached, killedAt, readRun, stagesPassed} from './rehearse/test-rehearse.ts';

vi.setConfig({testTimeout: 180_000, maxConcurrency: 3});

interface Kill {
  readonly strategy: StrategyKind;
  readonly stage: StageName;
}

const killed = async (folder: string, {strategy, stage}: Kill): Promise<string> => {
  const words = await rehearseOnDocker(folder, {strategy: shortStrategies[strategy]});
  await killedAt(stage, [...words, '--scenario', 'dies-under-load']);
  const run = join(folder, 'run');
  const {rehearsal} = await readRehearsal(run, run);
  expect([rehearsal.status, rehearsal.stages.at(-1)]).toMatchObject(['running', {name: stage, endMs: null}]);
  // Nothing serves before the baseline does, and while a restart is between both sides requests are refused with advice.
  const {gateway} = rehearsal.helpers;
  // In rollback it may still be the candidate that was killed which has the route: /health tells of it, and the standby answers.
  const downtime = stage === 'rollback' || (strategy === 'restart' && stage === 'cutover');
  if (stage !== 'baseline-up' && stage !== 'down')
    expect(downtime ? [200, 503] : [200]).toContain(await healthAt(gateway?.url));
  return run;
};

const ended = async (flag: '--resume' | '--abort', run: string): Promise<void> => {
  const said = await cutoverCached(['rehearse', flag, run, '--format', 'csv']);
  expect([0, 1, 2, 3], `${said.stdout}\n${said.stderr}`).toContain(said.exitCode);
};

const everyStage: readonly StageName[] = [
  ...(['baseline-up', 'before', 'candidate-up', 'check', 'cutover', 'watch', 'fault'] as const),
  ...(['rollback', 'recover', 'after', 'down'] as const),
];
const kills: readonly Kill[] = [
  ...everyStage.map((stage): Kill => ({strategy: 'blue-green', stage})),
  ...(['cutover', 'rollback'] as const).map((stage): Kill => ({strategy: 'restart', stage})),
  {strategy: 'canary', stage: 'cutover'},
  {strategy: 'shadow', stage: 'watch'},
];

describe.concurrent('kill -9 of the harness, with containers', () => {
  test.for(kills)(
    '$strategy in $stage: the service answers, --resume ends the rehearsal, and nothing is left',
    async kill => {
      await using place = await temporaryFolder();
      await ended('--resume', await killed(place.path, kill));
      const {rehearsal, verdict} = await readRun(place.path);
      expect(rehearsal).toMatchObject({status: 'complete', failure: null});
      expect(rehearsal.sittings).toHaveLength(2);
      expect(stagesPassed(rehearsal).at(-1)).toBe('down done');
      expect(verdict.accounts.differences).toEqual([]);
      expect(verdict.accounting).toMatchObject({lost: 0, duplicated: 0});
      expect(await leftOnDocker(place.path)).toEqual([]);
    },
  );

  test.for([
    {strategy: 'blue-green', stage: 'candidate-up'},
    {strategy: 'blue-green', stage: 'fault'},
    {strategy: 'restart', stage: 'cutover'},
  ] as const satisfies readonly Kill[])(
    '$strategy in $stage: --abort goes back to the baseline, and nothing is left',
    async kill => {
      await using place = await temporaryFolder();
      await ended('--abort', await killed(place.path, kill));
      const {rehearsal} = await readRun(place.path);
      expect(rehearsal).toMatchObject({status: 'interrupted', failure: {code: 'INTERRUPTED'}});
      expect(stagesPassed(rehearsal).slice(-2)).toEqual(['rollback done', 'down done']);
      expect(rehearsal.events.findLast(({route}) => route !== null)?.route?.primary).toBe('baseline');
      expect(await leftOnDocker(place.path)).toEqual([]);
    },
  );
});
