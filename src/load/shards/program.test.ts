import {createHash} from 'node:crypto';
import {once} from 'node:events';
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {Readable} from 'node:stream';
import {buffer} from 'node:stream/consumers';
import {expect, test} from 'vitest';
import {untoldFacts} from '../../engines/untold-facts.ts';
import {temporaryFolder} from '../../records/test-folder.ts';
import {readSampleBlock} from '../../schema/sample-block.ts';
import type {ClockOffset, ShardPlace} from '../../schema/shard.ts';
import type {LoadSpec} from '../../schema/suite.ts';
import {estimatedTokenLength} from '../../workloads/token-estimate.ts';
import {chatAnswer, type Received, reply, startTestServer} from '../test-server.ts';
import {readBlocks} from './fetch-blocks.ts';
import {measurePeerOffset} from './peer-clock.ts';
import {programVersion} from './program-version.ts';
import type {ShardPlan} from './shard.ts';
import type {ShardWord} from './shard-host.ts';
import {openShardProcesses, spawnShard} from './test-shard-processes.ts';

const sessions = {
  workload: {kind: 'chat', promptTokens: 64, outputTokens: 2},
  ...{seed: 2, tokenLength: estimatedTokenLength},
} as const;
const load: LoadSpec = {mode: 'closed', concurrency: 4, requests: 41, durationSeconds: null, warmup: 6};

const shardOf = (url: string, place: ShardPlace, change: Partial<ShardPlan['plan']> = {}): ShardPlan => ({
  plan: {
    ...{trial: 3, engine: 'openai', endpoint: {role: 'chat', url, model: 'm', facts: untoldFacts}, load},
    ...{warmup: {...sessions, idPrefix: 'w.'}, measured: {...sessions, idPrefix: 'm.'}},
    ...{arrivals: null, timeoutMs: 20_000, keepReplies: 0},
    ...change,
  },
  place,
  workers: 1,
});

/** Answers at once, by a clock that is an hour ahead. */
const answer = ({socket, path}: Received) => {
  const date = new Date(Date.now() + 3_600_000).toUTCString();
  const body = path.startsWith('/v1/') ? reply(chatAnswer()) : 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';
  socket.write(body.replace('\r\n', `\r\ndate: ${date}\r\n`));
};

/** As a pod's, by a call of the program. */
const clockOf = (folder: string): Promise<ClockOffset> =>
  measurePeerOffset(questions => {
    const {stdin, stdout} = spawnShard(folder, 'time');
    if (stdin === null || stdout === null) throw new Error('a process without pipes');
    Readable.from(questions).pipe(stdin);
    return stdout;
  });

/** The next word of that kind; those before it are kept in `heard`. */
const listenTo = (words: AsyncIterator<ShardWord>) => {
  const heard: ShardWord[] = [];
  return {
    heard,
    async until<Kind extends ShardWord['kind']>(kind: Kind): Promise<Extract<ShardWord, {kind: Kind}>> {
      for (;;) {
        const {value, done} = await words.next();
        if (done) throw new Error(`it ended without ${kind}: ${JSON.stringify(heard)}`);
        heard.push(value);
        if (value.kind === kind) return value as Extract<ShardWord, {kind: Kind}>;
      }
    },
  };
};

test.concurrent('two shards put on a load at one moment of a clock that is an hour ahead; each leaves its samples, and ends at a SIGTERM', async () => {
  await using server = await startTestServer(answer);
  await using folder = await temporaryFolder();
  await using shards = openShardProcesses(folder.path, 2);
  const ears = shards.hosts.map(host => listenTo(host.words()[Symbol.asyncIterator]()));
  const here = await Promise.all(ears.map(ear => ear.until('here')));
  const program = await programVersion();
  expect(here.map(word => word.program)).toEqual([program, program]);
  for (const [index, host] of shards.hosts.entries())
    for (const _ of ['once', 'and again, as after an interruption'])
      await host.tell({kind: 'prepare', load: 0, shard: shardOf(server.url, {index, of: 2})});
  await Promise.all(ears.map(ear => ear.until('ready')));
  const clocks = await Promise.all(shards.hosts.map(({folder}) => clockOf(folder)));
  // This program's and theirs are the same machine's.
  for (const {reference, offsetMs, errorMs} of clocks) {
    expect(reference).toBe('peer');
    expect(Math.abs(offsetMs)).toBeLessThan(errorMs);
  }
  expect(server.received.filter(({headers}) => headers['x-request-id']?.startsWith('w.'))).toHaveLength(6);
  const atMs = Date.now() + 3_600_300;
  const clock = {reference: 'peer', offsetMs: 3_600_000, errorMs: 2} as const;
  for (const host of shards.hosts) await host.tell({kind: 'start', load: 0, atMs, clock});
  const done = await Promise.all(ears.map(ear => ear.until('done')));

  expect(done.map(({outcome}) => outcome.counts)).toEqual([
    {ok: 21, failed: 0},
    {ok: 20, failed: 0},
  ]);
  const ids: string[] = [];
  for (const [index, {outcome, file}] of done.entries()) {
    expect(outcome).toMatchObject({beganAtMs: atMs, clock, place: {index, of: 2}});
    const host = shards.hosts[index];
    if (host === undefined) throw new Error('no host');
    const bytes = Buffer.concat(await Array.fromAsync(host.fetch(file.name)));
    expect(bytes).toHaveLength(file.bytes);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(file.sha256);
    const blocks = await Array.fromAsync(
      readBlocks(
        (async function* () {
          yield bytes;
        })(),
      ),
    );
    ids.push(...blocks.flatMap(({block}) => [...readSampleBlock(block)]).map(({id}) => id));
    expect(await buffer(spawnShard(host.folder, 'send', file.name, '10').stdout as never)).toEqual(bytes.subarray(10));
    await host.tell({kind: 'forget', load: 0});
    host.process.kill();
    await expect(ears[index]?.until('here')).rejects.toThrow('it ended without here');
    expect(host.process.exitCode).toBe(0);
    expect(existsSync(join(host.folder, file.name))).toBe(false);
  }
  expect(new Set(ids).size).toBe(41);
  for (const {heard} of ears) expect(heard.map(({number}) => number)).toEqual(heard.map((_, number) => number));
});

test.concurrent('what is no order is refused with the reason and fails its load; what is aborted before its start fails; SIGTERM ends a load in order', async () => {
  await using server = await startTestServer(received => (received.path.startsWith('/v1/') ? null : answer(received)));
  await using folder = await temporaryFolder();
  await using shards = openShardProcesses(folder.path, 1);
  const [host] = shards.hosts;
  if (host === undefined) throw new Error('no host');
  const {until} = listenTo(host.words()[Symbol.asyncIterator]());
  await until('here');
  const tell = async (order: string) => {
    const teller = spawnShard(host.folder, 'tell');
    teller.stdin?.end(order);
    const [code] = await once(teller, 'exit');
    return code;
  };
  expect(await tell('not JSON')).toBe(10);
  expect(
    await tell(
      '{"kind": "start", "load": 7, "atMs": "now", "clock": {"reference": "peer", "offsetMs": 0, "errorMs": 1}}',
    ),
  ).toBe(10);
  expect((await until('failed')).failure.message).toBe('not an order: atMs: must be a number');
  const noShard = shardOf(server.url, {index: 2, of: 2});
  await expect(host.tell({kind: 'prepare', load: 8, shard: noShard})).rejects.toThrow('is no shard of so many');
  expect(await until('failed')).toMatchObject({load: 8});

  const noWarmup = {load: {...load, warmup: 0}};
  const shard = shardOf(server.url, {index: 0, of: 1}, noWarmup);
  expect(await tell(JSON.stringify({kind: 'prepare', load: 1, shard}))).toBe(0);
  await until('ready');
  await host.tell({kind: 'abort', load: 1});
  expect((await until('failed')).failure).toMatchObject({code: 'INTERRUPTED'});

  await host.tell({kind: 'prepare', load: 2, shard});
  await until('ready');
  await host.tell({kind: 'start', load: 2, atMs: Date.now(), clock: {reference: 'peer', offsetMs: 0, errorMs: 1}});
  while ((await until('progress')).progress.sent === 0);
  host.process.kill();
  expect((await until('done')).outcome.counts).toEqual({ok: 0, failed: 4});
  await expect(until('here')).rejects.toThrow('it ended without here');
  expect(host.process.exitCode).toBe(0);
});

test.concurrent('a server that is not there fails the load, and not the program', async () => {
  await using folder = await temporaryFolder();
  await using shards = openShardProcesses(folder.path, 1);
  const [host] = shards.hosts;
  if (host === undefined) throw new Error('no host');
  const {until} = listenTo(host.words()[Symbol.asyncIterator]());
  await until('here');
  await host.tell({kind: 'prepare', load: 0, shard: shardOf('http://127.0.0.1:9', {index: 0, of: 1})});
  expect((await until('failed')).failure.message).toContain('127.0.0.1:9');
  host.process.kill();
  await expect(until('here')).rejects.toThrow('it ended without here');
});
