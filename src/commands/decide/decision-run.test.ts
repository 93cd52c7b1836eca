import {join} from 'node:path';
import {expect, test} from 'vitest';
import {plans} from '../../../suites/plans.ts';
import {temporaryFolder} from '../../records/test-folder.ts';
import {beginDecision} from './begin-decision.ts';
import type {DecideContext} from './decide-context.ts';
import {optionsOf, patience, tiny} from './test-decide.ts';
import {program, stackOf} from './test-side-programs.ts';

const silent: DecideContext['terminal'] = {out() {}, note() {}, warn() {}, progress: {show() {}, finish() {}}};

test('each side knows the other one’s stack and processes while that is up, and no longer', {
  timeout: patience,
}, async () => {
  await using place = await temporaryFolder();
  const sides = [
    ...['--baseline-python', await program(place.path, 'baseline', 'exec node simulator.ts')],
    ...['--baseline-stack', await stackOf(place.path, 'baseline')],
    ...['--candidate-python', await program(place.path, 'candidate', 'exec node simulator.ts')],
    ...['--candidate-stack', await stackOf(place.path, 'candidate')],
  ];
  const argv = ['decide', '--plan', 'quick', '--runtime', 'process', ...sides, '--out', join(place.path, 'decision')];
  await using opened = new AsyncDisposableStack();
  const run = await beginDecision(
    {
      ...{options: optionsOf(argv), plans: {...plans, quick: tiny}, argv, version: '1.2.3', terminal: silent},
      ...{reportsDir: '/nowhere', interrupted: new AbortController().signal, readOptions: optionsOf},
    },
    opened,
  );
  expect([run.neighboursOf('baseline'), run.neighboursOf('candidate')]).toEqual([[], []]);
  const baseline = run.armRun('baseline');
  expect(await baseline.processes()).toEqual([]);
  const starting = run.up('baseline');
  expect(await baseline.processes()).toBeNull();
  const stack = await starting;
  expect(run.neighboursOf('baseline')).toEqual([]);
  expect(run.neighboursOf('candidate')).toEqual([stack]);
  expect(await baseline.processes()).toEqual(await stack.processesOf('chat'));
  expect(await baseline.processes()).not.toEqual([]);
  await baseline.down();
  expect(run.neighboursOf('candidate')).toEqual([]);
  expect(await baseline.processes()).toEqual([]);
});
