import {readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {CutoverError} from '../errors.ts';
import {hostNamed} from '../load/shards/continuous/test-host.ts';
import type {LastingHost} from '../load/shards/shard-host.ts';
import {temporaryFolder} from '../records/test-folder.ts';
import type {PodLoad} from '../schema/rehearsal.ts';
import {loadFromPods} from './load-from-pods.ts';
import type {LoadPods} from './load-pods.ts';
import type {RehearsalRun} from './rehearsal-run.ts';

/** A load from these hosts in that folder, begun; what is told, and what becomes of the pods. */
const begunFrom = async (path: string, hosts: readonly LastingHost[]) => {
  const told: string[] = [];
  const saved: (readonly PodLoad[])[] = [];
  const rehearsal: {sittings: object[]; podLoads?: PodLoad[]} = {sittings: [{}]};
  const run = {
    ...{rehearsal, over: new AbortController().signal, parts: {told: {note: (line: string) => told.push(line)}}},
    folder: {path, clientJournal: join(path, 'client.jsonl')},
    save: async () => saved.push(structuredClone(rehearsal.podLoads ?? [])),
  } as unknown as RehearsalRun;
  const pods: LoadPods = {
    ...{image: 'i', gatewayAddress: 'http://192.0.2.1:1'},
    cluster: async () => 'lab',
    open: async () => ({
      ...{hosts, namespace: 'n', job: 'j'},
      leave: () => told.push('left'),
      [Symbol.asyncDispose]: async () => void told.push('removed'),
    }),
    again: () => Promise.reject(new TypeError('there was none before')),
    removeStrays: async () => {},
  };
  const load = await loadFromPods(run, pods, {
    ...{parts: [], seed: 1, sitting: 1, idPrefix: 's1', timeoutMs: 1000, streams: true},
  });
  const shards = () => saved.at(-1)?.[0]?.shards;
  return {load, told, saved, shards};
};

test('whose pods they are, and of which cutover, is saved before they are told to begin; both journals are brought, and the pods removed', async () => {
  await using folder = await temporaryFolder();
  const {load, told, saved, shards} = await begunFrom(folder.path, [hostNamed('a').host, hostNamed('b').host]);
  expect(saved.at(-1)).toMatchObject([{cluster: 'lab', job: 'j', program: {version: '1.2.3', sources: 'abc'}}]);
  await load.stop();
  expect(shards()).toMatchObject([
    {journal: 'client.1.1.jsonl', sent: 0, lost: null},
    {journal: 'client.1.2.jsonl', sent: 0, lost: null},
  ]);
  expect(told).toEqual(['removed']);
  expect((await readdir(folder.path)).toSorted()).toEqual(['client.1.1.jsonl', 'client.1.2.jsonl', 'client.jsonl']);
});

test('all clocks are read before the first journal is fetched', async () => {
  await using folder = await temporaryFolder();
  const asked: string[] = [];
  const watched = (name: string): LastingHost => {
    const {host} = hostNamed(name);
    return {
      ...host,
      clock: which => {
        asked.push('clock');
        return host.clock(which);
      },
      fetch: file => {
        asked.push('fetch');
        return host.fetch(file);
      },
    };
  };
  const {load} = await begunFrom(folder.path, ['a', 'b', 'c'].map(watched));
  await load.stop();
  expect(asked).toEqual([...Array(6).fill('clock'), ...Array(3).fill('fetch')]);
});

test('a pod that ends while the load is stopped takes its journal with it, and that is thrown', async () => {
  await using folder = await temporaryFolder();
  const {host, die} = hostNamed('b');
  const mortal: LastingHost = {
    ...host,
    async tell(order) {
      if (order.kind === 'stop') die('evicted');
      await host.tell(order);
    },
  };
  const {load, told, shards} = await begunFrom(folder.path, [hostNamed('a').host, mortal]);
  await expect(load.stop()).rejects.toMatchObject({
    ...{code: 'SHARD_LOST', message: 'The load is not whole: shard 2 of 2 (b): evicted'},
  });
  expect(shards()).toMatchObject([{journal: 'client.1.1.jsonl'}, {journal: null, lost: 'shard 2 of 2 (b): evicted'}]);
  expect(told).toEqual(['removed']);
});

test.each([
  ['that cannot be reached', new Error('no answer'), {code: 'SHARD_LOST', message: /its pod may have it: .*no answer/}],
  [
    'that may not be looked at any more',
    new CutoverError('KUBERNETES_REFUSED', 'pods/exec is forbidden'),
    {code: 'KUBERNETES_REFUSED', message: /forbidden/},
  ],
  [
    'whose journal has no room here',
    new CutoverError('RECORD_NOT_WRITABLE', 'the disk is full'),
    {code: 'RECORD_NOT_WRITABLE', message: /full/},
  ],
])('a pod %s is left with what it has, and nothing is noted of it', async (_, thrown, {code, message}) => {
  await using folder = await temporaryFolder();
  const away: LastingHost = {
    ...hostNamed('b').host,
    // biome-ignore lint/correctness/useYield: it never comes to that
    async *fetch() {
      throw thrown;
    },
  };
  const {load, told, shards} = await begunFrom(folder.path, [hostNamed('a').host, away]);
  await expect(load.stop()).rejects.toMatchObject({code, message: expect.stringMatching(message)});
  expect(shards()).toMatchObject([{journal: 'client.1.1.jsonl'}, {journal: null, lost: null}]);
  expect(told).toEqual(['left', expect.stringMatching(/^Job j in namespace n stays: .*--kube-namespace n removes it/)]);
});
