import type {V1ContainerStatus, V1Pod} from '@kubernetes/client-node';
import {expect, test} from 'vitest';
import {restartsOf, serverRestarted} from './pod-restarts.ts';

const started = (hour: number) => ({running: {startedAt: new Date(Date.UTC(2026, 10, 22, hour))}});
const container = (changes: Partial<V1ContainerStatus> = {}): V1ContainerStatus => ({
  ...{name: 'engine', image: 'i', imageID: 'i', ready: true, restartCount: 0, state: started(10)},
  ...changes,
});
const pod = (status: V1ContainerStatus, changes: Partial<V1Pod> = {}): V1Pod => ({
  metadata: {name: 'sglang-0', namespace: 'inference'},
  status: {phase: 'Running', containerStatuses: [status]},
  ...changes,
});
const killed = {
  terminated: {reason: 'OOMKilled', exitCode: 137, finishedAt: new Date(Date.UTC(2026, 10, 22, 11, 5, 7))},
};
const before = pod(container());

test('a pod that stays the same has nothing told of it', () => {
  expect(restartsOf(before, pod(container()), null)).toEqual([]);
});

test('a container that was started anew is told with why its last run ended, and when', () => {
  const after = pod(container({restartCount: 1, state: started(11), lastState: killed}));
  expect(restartsOf(before, after, null)).toEqual([
    'container engine of pod inference/sglang-0 was started anew or ended (OOMKilled, exit code 137 at 2026-11-22T11:05:07.000Z)',
  ]);
  expect(serverRestarted(restartsOf(before, after, null))).toMatchObject({code: 'server-restarted', severity: 'void'});
});

test('so is one that started later by its own clock only, and one that does not run any more', () => {
  expect(restartsOf(before, pod(container({state: started(11)})), null)).toHaveLength(1);
  expect(restartsOf(before, pod(container({state: killed})), null)).toEqual([
    expect.stringContaining('OOMKilled, exit code 137'),
  ]);
  expect(restartsOf(before, pod(container({state: {waiting: {reason: 'CrashLoopBackOff'}}})), null)).toHaveLength(1);
});

test('a pod that is gone, evicted or about to go is told with the last that the cluster said of it', () => {
  expect(restartsOf(before, null, 'Killing: Stopping container engine')).toEqual([
    'pod inference/sglang-0 is gone; its last event: Killing: Stopping container engine',
  ]);
  const evicted = pod(container(), {
    status: {phase: 'Failed', reason: 'Evicted', message: 'low on memory', containerStatuses: []},
  });
  expect(restartsOf(before, evicted, null)).toEqual([
    'container engine of pod inference/sglang-0 was started anew or ended (Evicted: low on memory)',
  ]);
  const leaving = {name: 'sglang-0', namespace: 'inference', deletionTimestamp: new Date()};
  expect(restartsOf(before, pod(container(), {metadata: leaving}), null)).toEqual([
    'pod inference/sglang-0 is being deleted',
  ]);
});
