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
      expect(stdout).toMatch(/^cutover +[\d.]+ +[\d.]+ +done /m);
      expect(stdout).toMatch(/^Requests: sent \d+, served \d+, refused 0, failed 0, lost 0, duplicated 0; /m);
    },
    patience,
  );

  test(
    'restart refuses with retry advice while neither side serves, and starts the baseline again',
    async () => {
      const {rehearsal, verdict, ends} = await rehearsed({kind: 'restart'});
      expect(Object.keys(ends).sort()).toEqual(['refused', 'served']);
      expect(rehearsal.sides.map(({arm, incarnation}) => `${arm} ${incarnation}`)).toEqual([
        ...['baseline 1', 'candidate 1', 'baseline 2', 'baseline 2'],
      ]);
      expect(verdict.times.cutoverDowntimeMs).toBeGreaterThan(0);
      expect(verdict.times.rollbackDowntimeMs).toBeGreaterThan(0);
    },
    patience,
  );

  test(
    'canary promotes step by step, and each step is an event',
    async () => {
      const steps = [0.5, 1].map(share => ({share, seconds: 0.5, maxSeconds: 30}));
      const {rehearsal, ends} = await rehearsed({kind: 'canary', steps});
      expect(rehearsal.events.filter(({kind}) => kind === 'step').map(({text}) => text)).toEqual([
        'step 1 of 2 is promoted: 50 % of the requests',
        'step 2 of 2 is promoted: 100 % of the requests',
      ]);
      expect(Object.keys(ends)).toEqual(['served']);
    },
    patience,
  );

  test(
    'shadow sends the candidate copies, and nobody gets its answers',
    async () => {
      const {rehearsal, verdict, ends} = await rehearsed({kind: 'shadow', share: 1});
      expect(outcomeOf(rehearsal, 'watch')).toBe('done');
      expect(verdict.accounts.gateway.mirrored).toBeGreaterThan(0);
      expect(Object.keys(ends)).toEqual(['served']);
    },
    patience,
  );
});

describe('a rehearsal in which the candidate breaks', () => {
  test.each([
    ['dies-while-loading', 'candidate-up', /^died: /],
    ['dies-under-load', 'fault', /^died: /],
    ['answers-wrong', 'fault', /^answers: embed/],
  ] as const)(
    '%s is found in %s, and the baseline serves again',
    async (scenario, stage, found) => {
      const {rehearsal} = await rehearsed(blueGreen, '--scenario', scenario);
      expect(outcomeOf(rehearsal, stage)).toBe('aborted');
      expect(rehearsal.events.find(({kind}) => kind === 'detected')?.text).toMatch(found);
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
