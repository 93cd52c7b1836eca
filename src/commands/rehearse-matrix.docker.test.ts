import {join} from 'node:path';
import {describe, expect, type TestContext, test, vi} from 'vitest';
import {readRehearsal} from '../records/rehearsal-folder.ts';
import {temporaryFolder} from '../records/test-folder.ts';
import type {StrategyKind, WatchSpec} from '../schema/rehearsal-plan.ts';
import type {ScenarioName} from '../schema/scenario-names.ts';
import {type Cell, coveringCells, everyCell, long} from './rehearse/test-cells.ts';
import {
  expectWhole,
  figuresOf,
  healthAt,
  leftOnDocker,
  rehearseOnDocker,
  shortStrategies,
} from './rehearse/test-docker-rehearsal.ts';
import {cutoverCached, readRun} from './rehearse/test-rehearse.ts';

// Strategies with scenarios, in containers: all by .ci/long. Cells mostly wait: four at a time.
vi.setConfig({testTimeout: 180_000, maxConcurrency: 4});

/** What finds it: the first word of the event. A dead server is found by its keeper or by its failing requests, whichever is first. */
const foundBy: Readonly<Partial<Record<ScenarioName, RegExp>>> = {
  'dies-while-loading': /^died: /,
  'dies-under-load': /^(died|errors): /,
  hangs: /^hang: /,
  'errors-in-bursts': /^errors: /,
  'answers-wrong': /^answers: embed /,
  'gets-slow': /^latency: /,
  'leaks-memory': /^memory: /,
  'runs-out-of-memory': /^died: .*its memory limit of 0.5 GiB is used up|^(errors|hang): /,
  // New connections are refused by Docker, those on the way hang.
  'network-cut': /^(errors|hang|died): /,
};

const cells = long ? everyCell : coveringCells;

/** What is watched for the one fault that it alone finds. */
const watchFor: Readonly<Partial<Record<ScenarioName, Partial<WatchSpec>>>> = {
  hangs: {hangSeconds: 2},
  'answers-wrong': {parityEverySeconds: 1},
  'gets-slow': {latencyMarginShare: 2}, // it takes five times as long, and 200 ms more
};

const stageOf = (strategy: StrategyKind, scenario: ScenarioName) => {
  if (scenario === 'dies-while-loading') return strategy === 'restart' ? 'cutover' : 'candidate-up';
  return 'fault';
};

/** Runs it to its end; a harness that killed itself is followed by a second one, and the service answers in between. */
const rehearseCell = async (folder: string, strategy: StrategyKind, scenario: ScenarioName): Promise<void> => {
  const memory = scenario === 'runs-out-of-memory' ? {memoryGiB: 0.5} : {};
  const words = await rehearseOnDocker(folder, {
    strategy: shortStrategies[strategy],
    change: plan => ({...plan, watch: {...plan.watch, ...watchFor[scenario]}}),
    ...memory,
  });
  const first = await cutoverCached([...words, '--scenario', scenario]);
  if (scenario !== 'harness-killed') {
    expect([0, 1, 2, 3], `${first.stdout}\n${first.stderr}`).toContain(first.exitCode);
    return;
  }
  expect(first.signal).toBe('SIGKILL');
  const run = join(folder, 'run');
  const {rehearsal} = await readRehearsal(run, run);
  expect(await healthAt(rehearsal.helpers.gateway?.url)).toBe(200);
  const second = await cutoverCached(['rehearse', '--resume', run, '--format', 'csv']);
  expect([0, 1, 2, 3], `${second.stdout}\n${second.stderr}`).toContain(second.exitCode);
};

const playCell = async ({strategy, scenario}: Cell, {annotate}: TestContext): Promise<void> => {
  await using place = await temporaryFolder();
  await rehearseCell(place.path, strategy, scenario);
  const {rehearsal, verdict} = await readRun(place.path);
  await annotate(figuresOf(verdict));
  await expectWhole(place.path);

  const found = rehearsal.events.find(({kind}) => kind === 'detected')?.text;
  const pattern = foundBy[scenario];
  if (pattern === undefined) expect(found).toBeUndefined();
  else {
    expect(found).toMatch(pattern);
    const stage = rehearsal.stages.find(({name}) => name === stageOf(strategy, scenario));
    expect(stage?.outcome).toBe('aborted');
  }
  // Copies hurt nobody, and where nothing goes wrong nothing fails; a restart refuses, with advice.
  const {refused, failed} = verdict.accounting;
  if (strategy === 'shadow' || pattern === undefined || scenario === 'dies-while-loading') expect(failed).toBe(0);
  if (strategy === 'shadow') expect([refused, verdict.times.faultDowntimeMs ?? 0]).toEqual([0, 0]);
  if (strategy !== 'restart' && pattern === undefined) expect(refused).toBe(0);
  if (strategy === 'restart') {
    expect(refused).toBeGreaterThan(0);
    // The baseline was stopped, and is another process when it serves again: each has an account of its own.
    const baselines = verdict.accounts.engines.map(({name}) => name).filter(name => name.startsWith('baseline '));
    expect(baselines).toEqual(['baseline 1', 'baseline 2']);
  }
  if (strategy === 'shadow' && stageOf(strategy, scenario) === 'fault')
    expect(verdict.accounts.gateway.mirrored).toBeGreaterThan(0);
  if (strategy === 'canary' && pattern === undefined)
    expect(rehearsal.events.filter(({kind}) => kind === 'step').map(({text}) => text)).toEqual([
      'step 1 of 2 is promoted: 50 % of the requests',
      'step 2 of 2 is promoted: 100 % of the requests',
    ]);
  expect(await leftOnDocker(place.path)).toEqual([]);
};

/** What is found by comparing latencies: beside others on two cores a slow candidate is one of many that wait. */
const isTimed = ({scenario}: Cell): boolean => scenario === 'gets-slow';

describe.concurrent('on Docker', () => {
  test.for(cells.filter(cell => !isTimed(cell)))('$strategy · $scenario', playCell);

  test('docker-restarts without a command that does it is refused, with its reason', async () => {
    await using place = await temporaryFolder();
    const words = await rehearseOnDocker(place.path, {strategy: {kind: 'restart'}});
    const {exitCode, stderr} = await cutoverCached([...words, '--scenario', 'docker-restarts']);
    expect([exitCode, stderr]).toEqual([
      10,
      expect.stringMatching(/does not apply: nothing says how\. Add --docker-restart-command/),
    ]);
    expect(await leftOnDocker(place.path)).toEqual([]);
  });
});

describe('on Docker, one at a time', () => {
  test.for(cells.filter(isTimed))('$strategy · $scenario', playCell);
});
