import {readdir, symlink} from 'node:fs/promises';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {processesNaming, simulatorThread} from '../../commands/test-cutover.ts';
import {untoldFacts} from '../../engines/untold-facts.ts';
import {CutoverError} from '../../errors.ts';
import {temporaryFolder} from '../../records/test-folder.ts';
import type {Sample} from '../../schema/sample.ts';
import {readSampleBlock} from '../../schema/sample-block.ts';
import type {LoadSpec} from '../../schema/suite.ts';
import type {WorkloadSpec} from '../../schema/workload.ts';
import {estimatedTokenLength} from '../../workloads/token-estimate.ts';
import {arrivalWords} from '../arrival-words.ts';
import {type LoadListeners, type LoadPlan, type LoadProgress, runLoad} from '../run-load.ts';
import {loadFromShards} from './ground.ts';
import {type HostHere, type HostsHere, openHostsHere} from './test-hosts-here.ts';
import {openShardProcesses, type ShardProcesses} from './test-shard-processes.ts';

let server: Awaited<ReturnType<typeof simulatorThread>>;
beforeAll(async () => {
  server = await simulatorThread('sglang');
});
afterAll(() => server[Symbol.asyncDispose]());

const shards = 3;
const chat: WorkloadSpec = {kind: 'chat', promptTokens: 32, outputTokens: 4};
const turns: WorkloadSpec = {kind: 'prefix', promptTokens: 16, outputTokens: 2, turns: 3};
const closed: LoadSpec = {mode: 'closed', concurrency: 5, requests: 61, durationSeconds: null, warmup: 4};
const open: LoadSpec = {
  ...{mode: 'open', ratePerSecond: 100, arrivals: 'poisson', maxInFlight: null},
  ...{requests: 70, durationSeconds: null, warmup: 2},
};
const endless: LoadSpec = {...open, requests: null, durationSeconds: 60, warmup: 0};

const planOf = (load: LoadSpec, workload: WorkloadSpec, trial: number): LoadPlan => ({
  trial,
  engine: 'sglang',
  endpoint: {role: 'chat', url: server.url, model: 'simulated-model', facts: untoldFacts},
  load,
  warmup: {workload, seed: 1, tokenLength: estimatedTokenLength, idPrefix: `t${trial}.w.`},
  measured: {workload, seed: 2, tokenLength: estimatedTokenLength, idPrefix: `t${trial}.`},
  arrivals: load.mode === 'open' ? arrivalWords([7, 'arrivals'], null) : null,
  timeoutMs: 20_000,
  keepReplies: 0,
});

const listening = (signal = new AbortController().signal) => {
  const samples: Sample[] = [];
  const parts = new Set<number>();
  const ends = new Map<number, number[]>();
  const progress: LoadProgress[] = [];
  const measuring = Promise.withResolvers<void>();
  const listeners: LoadListeners = {
    signal,
    onBlock(part, block) {
      const read = [...readSampleBlock(block)];
      parts.add(part);
      samples.push(...read);
      ends.set(part, [...(ends.get(part) ?? []), ...read.map(({endMs}) => endMs)]);
    },
    onReply() {},
    onProgress(now) {
      progress.push(now);
      if (now.phase === 'measure' && now.ended > 0) measuring.resolve();
    },
  };
  return {listeners, samples, parts, ends, progress, measuring: measuring.promise};
};

/** A ground of local processes; every set of hosts that it opened. */
const localGround = (folder: string, workers: number | 'auto' = 'auto') => {
  const opened: ShardProcesses[] = [];
  const notes: string[] = [];
  const ground = loadFromShards({
    ...{folder, workers},
    note: line => notes.push(line),
    async openHosts() {
      const hosts = openShardProcesses(join(folder, String(opened.length)), shards);
      opened.push(hosts);
      return hosts;
    },
  });
  return {ground, opened, notes};
};

const ids = (samples: readonly Sample[]) => samples.map(({id}) => id).toSorted();

test('three shards put on loads together as one machine does, one load after another, until one of them is killed', {
  timeout: 60_000,
}, async () => {
  await using folder = await temporaryFolder();
  const {ground, opened, notes} = localGround(folder.path, 2);
  await using _ = ground;
  const loads = [
    {load: closed, workload: turns, workers: [2, 2, 1]}, // of 5 slots the last shard has one
    {load: open, workload: chat, workers: [2, 2, 2]},
  ];
  for (const [trial, {load, workload, workers}] of loads.entries()) {
    const alone = listening();
    const one = await runLoad(planOf(load, workload, trial), 1, alone.listeners);
    const heard = listening();
    await using ready = await ground.prepare(planOf(load, workload, trial), heard.listeners);
    const outcome = await ready.run();

    expect(outcome).toMatchObject({dataHash: one.dataHash, plannedRequests: one.plannedRequests, unsent: 0});
    expect(ids(heard.samples)).toEqual(ids(alone.samples));
    expect(heard.samples.every(sample => sample.outcome === 'ok')).toBe(true);
    const parts = outcome.shards?.parts ?? [];
    expect(parts.map(({index, workers: threads}) => [index, threads])).toEqual(workers.entries().toArray());
    expect(parts.reduce((sum, {counts}) => sum + counts.ok, 0)).toBe(load.requests);
    expect(Math.min(...parts.map(({counts}) => counts.ok))).toBeGreaterThan(0);
    // One of each thread, whose samples come in the order in which they ended: joining them by that relies on it.
    expect(heard.parts.size).toBe(workers.reduce((sum, threads) => sum + threads, 0));
    for (const ends of heard.ends.values()) expect(ends).toEqual(ends.toSorted((one, other) => one - other));
    expect(heard.progress[0]).toMatchObject({phase: 'warmup', totalRequests: load.warmup, shards: {of: 3, ready: 0}});
    expect(heard.progress.at(-1)).toMatchObject({
      ...{phase: 'measure', ended: load.requests, totalRequests: load.requests},
      shards: {of: 3, ready: 3, done: 3},
    });
  }
  expect(notes).toEqual([]);

  const heard = listening();
  await using ready = await ground.prepare(planOf(endless, chat, 2), heard.listeners);
  const running = ready.run();
  await heard.measuring;
  await opened[0]?.hosts[1]?.kill();
  const outcome = await running;
  expect(outcome.shards?.of).toBe(3);
  expect(outcome.shards?.parts.map(({index}) => index)).toEqual([0, 2]);
  expect([...heard.parts].toSorted()).toEqual([0, 1, 2, 3]);
  expect(notes).toEqual([
    'Lost while it was measured: shard 2 of 3 (process 1): its program ended with SIGKILL. This load is void; the next one gets new shards.',
  ]);
  expect(opened).toHaveLength(1);
  expect(processesNaming(folder.path)).toEqual([]);
  await ground[Symbol.asyncDispose]();
  expect(await readdir(folder.path)).toEqual(['0']);
});

/** A ground of hosts in this process. */
const groundHere = (folder: string, spoil: (hosts: HostsHere, set: number) => void = () => {}) => {
  const opened: HostsHere[] = [];
  const notes: string[] = [];
  const ground = loadFromShards({
    ...{folder, workers: 1},
    note: line => notes.push(line),
    async openHosts() {
      const hosts = await openHostsHere(join(folder, String(opened.length)), shards);
      spoil(hosts, opened.length);
      opened.push(hosts);
      return hosts;
    },
  });
  const prepare = async (load: LoadSpec, trial: number, signal?: AbortSignal) => {
    const heard = listening(signal);
    return {...heard, ready: await ground.prepare(planOf(load, chat, trial), heard.listeners)};
  };
  const host = (set: number, index: number) => opened[set]?.hosts[index] as HostHere;
  return {ground, opened, notes, prepare, host};
};

const orderKinds = ({orders}: HostHere) => orders.map(({kind}) => kind);

test('a shard that is lost between two loads or before one begins, and one that is wrong twice, are said in one line each', async () => {
  await using folder = await temporaryFolder();
  const {ground, opened, notes, prepare, host} = groundHere(folder.path, ({hosts}, set) => {
    if (set === 2) hosts[0]?.ignore('prepare');
  });
  await using _ = ground;
  const run = async (trial: number) => {
    const {ready, samples} = await prepare(closed, trial);
    await using load = ready;
    return {outcome: await load.run(), samples};
  };

  expect((await run(0)).samples).toHaveLength(61);
  expect(orderKinds(host(0, 0))).toEqual(['prepare', 'start', 'forget']);
  await host(0, 2).die('evicted');
  expect((await run(1)).samples).toHaveLength(61);
  expect(notes.splice(0)).toEqual([
    'Lost between two loads: shard 3 of 3 (host 2): evicted. The next one gets new shards.',
  ]);

  host(1, 1).spoilFetches(1);
  expect((await run(2)).samples).toHaveLength(61);
  expect(notes).toEqual([]);

  host(1, 1).spoilFetches(2);
  const {outcome, samples} = await run(3);
  expect(outcome.shards?.parts.map(({index}) => index)).toEqual([0, 2]);
  expect(samples).toHaveLength(outcome.shards?.parts.reduce((sum, {counts}) => sum + counts.ok, 0) ?? -1);
  expect(notes.splice(0)[0]).toMatch(
    /^Lost while it was measured: shard 2 of 3 \(host 1\): its samples were fetched twice, and each time \d+ of \d+ bytes came\. This load is void; the next one gets new shards\.$/,
  );

  const preparing = ground.prepare(planOf(closed, chat, 4), listening().listeners);
  preparing.catch(() => {});
  await expect.poll(() => opened[2]?.hosts.map(orderKinds)).toEqual([['prepare'], ['prepare'], ['prepare']]);
  host(2, 0).say({kind: 'failed', load: 0, failure: {code: 'BAD_SUITE', message: 'it has no end', hint: 'Set one.'}});
  await expect(preparing).rejects.toMatchObject({
    ...{code: 'BAD_SUITE', hint: 'Set one.'},
    message: 'The load was not begun: shard 1 of 3 (host 0): it has no end',
  });
  expect(notes.splice(0)).toEqual(['Lost before the load began: shard 1 of 3 (host 0): it has no end']);
  expect((await run(5)).samples).toHaveLength(61);
  expect(opened).toHaveLength(4);
});

test('shards that cannot be ended when one is lost void their load and no more: they are ended with the run', async () => {
  await using folder = await temporaryFolder();
  let stuck = true;
  const {ground, opened, notes, prepare, host} = groundHere(folder.path, (hosts, set) => {
    if (set > 0) return;
    const end = hosts[Symbol.asyncDispose];
    Object.assign(hosts, {
      async [Symbol.asyncDispose]() {
        await end();
        if (stuck) throw new CutoverError('LEFT_BEHIND', 'Job load-1 stays');
      },
    });
  });
  const {ready, measuring} = await prepare(endless, 0);
  const running = ready.run();
  await measuring;
  await host(0, 1).die('its machine is gone');
  expect((await running).shards?.parts.map(({index}) => index)).toEqual([0, 2]);
  expect(notes[1]).toBe('Job load-1 stays. It is tried again at the end of the run.');
  const next = await prepare(closed, 1);
  expect((await next.ready.run()).shards?.parts).toHaveLength(3);
  expect(opened).toHaveLength(2);
  await expect(ground[Symbol.asyncDispose]()).rejects.toMatchObject({code: 'LEFT_BEHIND'});
  stuck = false;
});

test('Ctrl-C ends the load of all shards; one that is no longer wanted before its start is told so too', async () => {
  await using folder = await temporaryFolder();
  const {ground, notes, prepare, host} = groundHere(folder.path);
  const pressed = new AbortController();
  await using _ = ground;
  await using unwanted = (await prepare(closed, 0)).ready;
  await unwanted[Symbol.asyncDispose]();
  expect(orderKinds(host(0, 0))).toEqual(['prepare', 'abort']);

  const {ready, measuring} = await prepare(endless, 1, pressed.signal);
  const running = ready.run();
  await measuring;
  pressed.abort(new Error('interrupted'));
  await expect(running).rejects.toThrow('interrupted');
  await expect(prepare(closed, 2, pressed.signal)).rejects.toThrow('interrupted');
  expect(orderKinds(host(0, 2))).toEqual(['prepare', 'abort', 'prepare', 'start', 'abort']);
  expect(notes).toEqual([]);
});

test('a shard that has not as many samples as it counted is lost', async () => {
  await using folder = await temporaryFolder();
  const {ground, notes, prepare, host} = groundHere(folder.path);
  await using _ = ground;
  const {ready, samples} = await prepare(closed, 0);
  host(0, 2).miscount(1);
  const {shards: put} = await ready.run();
  expect(put?.parts.map(({index}) => index)).toEqual([0, 1]);
  expect(samples).toHaveLength(put?.parts.reduce((sum, {counts}) => sum + counts.ok, 0) ?? -1);
  expect(notes[0]).toMatch(/shard 3 of 3 \(host 2\): it counted \d+ requests, and its samples are \d+\. This load/);
});

test('a disk here that cannot take what a shard sends is no lost shard', async () => {
  await using folder = await temporaryFolder();
  const {ground, notes, prepare} = groundHere(folder.path);
  const {ready} = await prepare(closed, 0);
  const [shardsFolder = ''] = (await readdir(folder.path)).filter(name => name.startsWith('shards-'));
  await symlink('/dev/full', join(folder.path, shardsFolder, '0.1'));
  await expect(ready.run()).rejects.toMatchObject({
    code: 'RECORD_NOT_WRITABLE',
    message: expect.stringContaining('ENOSPC'),
  });
  expect(notes).toEqual([]);
  await ready[Symbol.asyncDispose]();
  await ground[Symbol.asyncDispose]();
});

test('samples that a disk cannot take end the load with that reason', async () => {
  await using folder = await temporaryFolder();
  const {ground, notes} = groundHere(folder.path);
  await using _ = ground;
  const full = () => {
    throw new Error('the disk is full');
  };
  await using ready = await ground.prepare(planOf(closed, chat, 0), {...listening().listeners, onBlock: full});
  await expect(ready.run()).rejects.toThrow('the disk is full');
  expect(notes).toEqual([]);
});
