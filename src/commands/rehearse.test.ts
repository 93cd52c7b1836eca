import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {temporaryFolder} from '../records/test-folder.ts';
import type {RehearsalStage} from '../schema/rehearsal.ts';
import type {StrategySpec} from '../schema/rehearsal-plan.ts';
import {blueGreen, endsOf, leftIn, readRun, rehearseIn, stagesPassed} from './rehearse/test-rehearse.ts';
import {cutover} from './test-cutover.ts';

const patience = 90_000;

/** A rehearsal to its end. */
const rehearsed = async (strategy: StrategySpec, ...more: readonly string[]) => {
  await using place = await temporaryFolder();
  const said = await cutover(...(await rehearseIn(place.path, strategy)), ...more);
  expect({...said, exitCode: said.exitCode}, said.stderr).toMatchObject({
    exitCode: expect.toSatisfy((code: number) => code <= 3),
  });
  expect(leftIn(place.path)).toEqual([]);
  const {rehearsal, verdict} = await readRun(place.path);
  expect(rehearsal).toMatchObject({status: 'complete', failure: null});
  expect(rehearsal.helpers).toEqual({gateway: null, baseline: null, candidate: null});
  return {stdout: said.stdout, rehearsal, verdict, ends: await endsOf(place.path)};
};

const outcomeOf = ({stages}: {stages: readonly RehearsalStage[]}, name: string) =>
  stages.find(stage => stage.name === name)?.outcome;

describe('a rehearsal in which nothing goes wrong', () => {
  test(
    'blue-green loses nothing, and says so in a table and in both verdicts',
    async () => {
      const {stdout, rehearsal, verdict, ends} = await rehearsed(blueGreen);
      expect(stagesPassed(rehearsal).map(line => line.replace(/undecided$/, 'done'))).toEqual(
        [
          'baseline-up',
          'before',
          'candidate-up',
          'check',
          'cutover',
          'watch',
          'rollback',
          'recover',
          'after',
          'down',
        ].map(name => `${name} done`),
      );
      expect(ends).toEqual({served: verdict.accounting.sent});
      expect(verdict.accounting).toMatchObject({refused: 0, failed: 0, lost: 0, duplicated: 0});
      expect(verdict.accounts).toMatchObject({agree: true, differences: []});
      expect(verdict.identity.every(({same}) => same)).toBe(true);
      expect(stdout).toMatch(/^Migration: (GO|INCONCLUSIVE|VOID)\b/m);
      expect(stdout).toMatch(/^(\d+) sent = \1 served \+ 0 refused \+ 0 failed \+ 0 lost, 0 duplicated$/m);
    },
    patience,
  );
});

describe('a rehearsal in which the candidate breaks', () => {
  test(
    'dies-under-load is found in fault, and the baseline serves again',
    async () => {
      const {rehearsal} = await rehearsed(blueGreen, '--scenario', 'dies-under-load');
      expect(outcomeOf(rehearsal, 'fault')).toBe('aborted');
      expect(rehearsal.events.find(({kind}) => kind === 'detected')?.text).toMatch(/^died: /);
      expect(rehearsal.events.findLast(({kind}) => kind === 'route')?.route?.primary).toBe('baseline');
      expect(rehearsal.answers.find(({when}) => when === 'after')?.roles).toContainEqual(
        expect.objectContaining({role: 'embed', outcome: 'same'}),
      );
    },
    patience,
  );
});

describe('what is refused before anything starts', () => {
  const refused = async (...words: readonly string[]) => {
    const {exitCode, stderr} = await cutover('rehearse', ...words);
    expect(exitCode).toBe(10);
    return stderr;
  };

  test('a scenario that does not apply to the runtime, with what it needs', async () => {
    expect(await refused('--scenario', 'docker-restarts')).toMatch(
      /^BAD_OPTIONS: --scenario docker-restarts does not apply: it needs containers, .* Add --runtime docker$/m,
    );
  });

  test('an interpreter that is not there, by the name of its flag', async () => {
    expect(await refused('--baseline-python', process.execPath, '--candidate-python', '/nowhere/python')).toMatch(
      /^BAD_OPTIONS: --candidate-python \/nowhere\/python: there is no such program$/m,
    );
  });

  test('a plan with its mistakes, all of them', async () => {
    await using place = await temporaryFolder();
    const plan = join(place.path, 'plan.yaml');
    await writeFile(plan, 'name: mine\nwatchSeconds: 0\n');
    const stderr = await refused('--strategy', plan);
    expect(stderr).toMatch(/^BAD_SUITE: .*plan\.yaml is not a rehearsal file:$/m);
    expect(stderr).toMatch(/^ {2}strategy: is missing/m);
    expect(stderr).toMatch(/^ {2}watchSeconds: Too small/m);
  });

  test('a plan that is not there, with those that are', async () => {
    expect(await refused('--strategy', 'no-such-plan')).toMatch(/Name one of blue-green, canary, restart, shadow/);
  });

  test('--abort, --resume and --from together, and options that a begun rehearsal has already', async () => {
    const stderr = await refused('--abort', 'a', '--resume', 'b', '--scenario', 'hangs');
    expect(stderr).toContain('--resume and --abort exclude each other');
    expect(stderr).toContain('--abort gives up a rehearsal with the options that it was begun with, so --scenario');
  });
});

test('a plan that is not there is told before the cluster is asked for', async () => {
  await using place = await temporaryFolder();
  const pods = '--load-on k8s --load-image i --gateway-address http://10.0.0.5:3001 --kubeconfig /nowhere';
  const words = ['--strategy', 'blue-gren', ...pods.split(' '), '--out', join(place.path, 'run')];
  const {stderr, exitCode} = await cutover('rehearse', ...words);
  expect([exitCode, stderr]).toEqual([
    10,
    expect.stringMatching(/^BAD_SUITE: There is no rehearsal file named blue-gren/),
  ]);
});
