import {expect, test} from 'vitest';
import type {PodLoad} from '../../schema/rehearsal.ts';
import {runConditions} from './conditions.ts';
import {rehearsedRun} from './test-rehearsed-run.ts';

const load: PodLoad = {
  ...{sitting: 1, image: 'registry/cutover-load:1', namespace: 'load-tests', job: 'j', startMs: 1},
  shards: ['node-b', 'node-a', 'node-b'].map((node, at) => ({
    ...{pod: `p${at}`, node, journal: `client.1.${at + 1}.jsonl`, lost: null},
    clocks: [
      {atMs: 1, offsetMs: 5, errorMs: 0.2},
      {atMs: 2, offsetMs: 5, errorMs: 0.1 * (at + 1) + 0.111},
    ],
  })),
};

test('a load from pods is told with its image, where they ran, and how well their clocks were read', () => {
  const run = rehearsedRun();
  const from = (podLoads?: PodLoad[]) =>
    runConditions({...run, rehearsal: {...run.rehearsal, ...(podLoads && {podLoads})}}).filter(([name]) =>
      name.startsWith('load from'),
    );
  expect(from()).toEqual([]);
  expect(from([load])).toEqual([
    [
      'load from',
      '3 pods of registry/cutover-load:1 on node-a, node-b, namespace load-tests; clocks read within 0.41 ms',
    ],
  ]);
});
