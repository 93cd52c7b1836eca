import {expect, test} from 'vitest';
import {runChecks} from './run-checks.ts';

const owner = 'gpu-box/b0071d/4026531836/4711/99';
const lock = {kind: 'container', name: 'cutover-gpu'} as const;
const server = {kind: 'container', name: 'cutover-1-chat' as string} as const;
const network = {kind: 'network', name: 'cutover-1'} as const;
const run = (
  ownerState: 'alive' | 'gone' | 'elsewhere',
  ...things: (typeof lock | typeof server | typeof network)[]
) => ({
  runId: '2026-11-21T1540-sglang-1kyq',
  owner,
  ownerState,
  things,
});

test('a Docker engine without runs has a free GPU and no leftovers', () => {
  expect(runChecks([]).map(({state}) => state)).toEqual(['ok', 'ok']);
});

test('the lock of a living run is named with its holder', () => {
  const [held, leftovers] = runChecks([run('alive', server, lock)]);
  expect(held).toEqual({
    what: 'GPU lock',
    state: 'missing',
    says: 'held by run 2026-11-21T1540-sglang-1kyq (process 4711 of gpu-box)',
    fix: 'Wait for it, or end it with Ctrl-C where it runs.',
    stops: ['docker'],
  });
  expect(leftovers?.state).toBe('ok');
});

test('the lock of a run on another machine may be one that nobody holds any more', () => {
  expect(runChecks([run('elsewhere', lock)])[0]).toMatchObject({
    state: 'missing',
    fix: expect.stringContaining('npm run clean -- --all'),
  });
});

test('the lock of a dead run is taken over, and what it left is counted', () => {
  expect(runChecks([run('gone', server, {...server, name: 'cutover-1-embed'}, network, lock)])).toMatchObject([
    {what: 'GPU lock', state: 'note', fix: null},
    {
      what: 'leftovers',
      state: 'note',
      says: 'run 2026-11-21T1540-sglang-1kyq is dead and left 3 containers and 1 network\nThe next run removes it.',
      fix: 'npm run clean',
    },
  ]);
});

test('a container of somebody else with the name of the lock keeps a run from starting', () => {
  expect(runChecks([], {nameTaken: true})[0]).toMatchObject({
    state: 'missing',
    stops: ['docker'],
    fix: 'docker rename cutover-gpu <another name>',
  });
});

test('the lock is nothing to containers without a GPU', () => {
  expect(runChecks([run('alive', lock)], {needed: false}).map(({what}) => what)).toEqual(['leftovers']);
});
