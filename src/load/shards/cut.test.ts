import fc from 'fast-check';
import {expect, test} from 'vitest';
import type {Endpoint} from '../../engines/engine.ts';
import {untoldFacts} from '../../engines/untold-facts.ts';
import type {Sample} from '../../schema/sample.ts';
import {readSampleBlock} from '../../schema/sample-block.ts';
import {shardOutcome} from '../../schema/shard-file.ts';
import type {LoadSpec} from '../../schema/suite.ts';
import type {WorkloadSpec} from '../../schema/workload.ts';
import {estimatedTokenLength} from '../../workloads/token-estimate.ts';
import {arrivalWords} from '../arrival-words.ts';
import {machineNow} from '../clock.ts';
import {type LoadListeners, type LoadPlan, runLoad} from '../run-load.ts';
import {chatAnswer, type Received, reply, startTestServer} from '../test-server.ts';
import {joinShards} from './join-shards.ts';
import {prepareShard} from './prepare-shard.ts';
import type {ShardOutcome} from './shard.ts';

const embedding = JSON.stringify({data: [{index: 0, embedding: [1]}], usage: {prompt_tokens: 1, total_tokens: 1}});
const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${embedding.length}\r\n\r\n`;
const answerAtOnce = ({socket, path}: Received) =>
  socket.write(path.endsWith('embeddings') ? head + embedding : reply(chatAnswer()));

const planOf = (url: string, load: LoadSpec, workload: WorkloadSpec): LoadPlan => {
  const sessions = {workload, tokenLength: estimatedTokenLength};
  const endpoint: Endpoint = {role: workload.kind === 'embed' ? 'embed' : 'chat', url, model: 'm', facts: untoldFacts};
  return {
    ...{trial: 3, engine: 'openai', endpoint, load, timeoutMs: 20_000, keepReplies: 0},
    warmup: {...sessions, seed: 1, idPrefix: 'w.'},
    measured: {...sessions, seed: 2, idPrefix: 'm.'},
    arrivals: load.mode === 'open' ? arrivalWords([3, 'arrivals'], null) : null,
  };
};

/** What a load, or all shards of it, came to, and what the server was sent. */
const put = async (
  load: LoadSpec,
  workload: WorkloadSpec,
  run: (plan: LoadPlan, listeners: LoadListeners) => unknown,
) => {
  await using server = await startTestServer(answerAtOnce);
  const samples: Sample[] = [];
  await run(planOf(server.url, load, workload), {
    signal: new AbortController().signal,
    onBlock: (_, block) => samples.push(...readSampleBlock(block)),
    onReply() {},
  });
  const ids = server.received.map(({headers}) => headers['x-request-id'] ?? '');
  return {
    samples,
    ids: ids.toSorted(),
    bodies: server.received.map(({body}) => body).toSorted(),
    // Later turns are due when the reply before them has come.
    due: samples
      .filter(({turn}) => turn === 1)
      .map(({id, scheduledMs}) => `${id} ${scheduledMs}`)
      .toSorted(),
  };
};

const clock = {reference: 'date', offsetMs: 0, errorMs: 1} as const;
const startInMs = 5;

/** All shards of a load, side by side in this process, with so many threads each; what they tell travels as JSON. */
const shardsOf =
  (threads: readonly number[], outcomes: ShardOutcome[]) => async (plan: LoadPlan, listeners: LoadListeners) => {
    const words = JSON.parse(JSON.stringify(plan)) as LoadPlan;
    await using opened = new AsyncDisposableStack();
    const ready = [];
    for (const [index, workers] of threads.entries())
      ready.push(opened.use(await prepareShard({plan: words, place: {index, of: threads.length}, workers}, listeners)));
    const startMachineMs = machineNow() + startInMs;
    const ran = await Promise.all(ready.map(shard => shard.run({startMachineMs, clock, beganAtMs: 1_800_000_000_000})));
    outcomes.push(...ran.map(outcome => shardOutcome.parse(JSON.parse(JSON.stringify(outcome)))));
  };

const sameAsAlone = async (load: LoadSpec, workload: WorkloadSpec, threads: readonly number[]) => {
  let alone: Awaited<ReturnType<typeof runLoad>> | undefined;
  const one = await put(load, workload, async (plan, listeners) => {
    alone = await runLoad(plan, 1, listeners);
  });
  const outcomes: ShardOutcome[] = [];
  const many = await put(load, workload, shardsOf(threads, outcomes));
  const joined = joinShards(outcomes.toReversed(), threads.length, {load});

  expect(many.ids).toEqual(one.ids);
  expect(many.bodies).toEqual(one.bodies);
  expect(joined.dataHash).toBe(alone?.dataHash);
  expect(joined).toMatchObject({plannedRequests: alone?.plannedRequests, unsent: 0});
  expect(joined.startedAt.toISOString()).toBe('2027-01-15T08:00:00.000Z');
  expect(new Set(many.samples.map(({index}) => index)).size).toBe(many.samples.length);
  if (load.mode === 'open') expect(many.due).toEqual(one.due);
  const counted = joined.shards?.parts.map(({counts}) => counts.ok + counts.failed) ?? [];
  expect(counted.reduce((sum, count) => sum + count, 0)).toBe(one.samples.length);
  expect(joined.shards?.parts.map(({index}) => index)).toEqual([...threads.keys()]);
  expect(joined.client.workers).toBe(threads.reduce((sum, count) => sum + count, 0));
  // Nobody sends before the time that all agreed on.
  for (const {sentMs} of many.samples) expect(sentMs).toBeGreaterThanOrEqual(0);
  expect(joined.whole?.startMs).toBe(Math.min(...many.samples.map(({sentMs}) => sentMs)));
  expect(joined.prompts).toEqual(alone?.prompts);
};

test('the shards of a load send what one machine would send, each of it once, however it is cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('closed', 'open', 'bounded', 'saturate'),
      fc.integer({min: 1, max: 5}),
      fc.integer({min: 1, max: 60}),
      fc.integer({min: 1, max: 3}),
      fc.integer({min: 0, max: 4}),
      fc.integer({min: 0, max: 7}),
      async (mode, of, requests, turns, warmup, more) => {
        const amount = {requests, durationSeconds: null, warmup};
        const embed: WorkloadSpec = {kind: 'embed', promptTokens: 16, batch: 1};
        const chat: WorkloadSpec =
          turns === 1
            ? {kind: 'chat', promptTokens: 24, outputTokens: 2}
            : {kind: 'prefix', promptTokens: 16, outputTokens: 2, turns};
        const threads = Array.from({length: of}, () => 1);
        const inFlight = of + more;
        if (mode === 'closed') return await sameAsAlone({mode, concurrency: inFlight, ...amount}, chat, threads);
        if (mode === 'saturate') return await sameAsAlone({mode, concurrency: inFlight, ...amount}, embed, threads);
        const open = {mode: 'open', ratePerSecond: 2000, arrivals: 'poisson', ...amount} as const;
        await sameAsAlone({...open, maxInFlight: mode === 'open' ? null : inFlight}, chat, threads);
      },
    ),
    {numRuns: 25},
  );
}, 60_000);

test('shards with different numbers of threads are as good', async () => {
  const load: LoadSpec = {mode: 'closed', concurrency: 7, requests: 50, durationSeconds: null, warmup: 3};
  await sameAsAlone(load, {kind: 'prefix', promptTokens: 16, outputTokens: 2, turns: 3}, [2, 1]);
});
