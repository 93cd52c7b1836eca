import {expect, test} from 'vitest';
import {untoldFacts} from '../../engines/untold-facts.ts';
import type {Sample} from '../../schema/sample.ts';
import {readSampleBlock} from '../../schema/sample-block.ts';
import {shardOutcome} from '../../schema/shard-file.ts';
import type {LoadSpec} from '../../schema/suite.ts';
import {estimatedTokenLength} from '../../workloads/token-estimate.ts';
import {machineNow} from '../clock.ts';
import type {LoadProgress} from '../progress.ts';
import type {LoadPlan} from '../run-load.ts';
import {chatAnswer, type Received, reply, startTestServer} from '../test-server.ts';
import {prepareShard, type ReadyShard} from './prepare-shard.ts';
import {refuseFileOfHere} from './share-of-load.ts';

const closed = (change: object = {}): LoadSpec => ({
  ...{mode: 'closed', concurrency: 4, requests: 21, durationSeconds: null, warmup: 6},
  ...change,
});

const planOf = (url: string, load: LoadSpec): LoadPlan => {
  const sessions = {
    workload: {kind: 'chat', promptTokens: 24, outputTokens: 2} as const,
    tokenLength: estimatedTokenLength,
  };
  return {
    ...{trial: 0, engine: 'openai', endpoint: {role: 'chat', url, model: 'm', facts: untoldFacts}},
    ...{load, arrivals: null, timeoutMs: 20_000, keepReplies: 0},
    warmup: {...sessions, seed: 1, idPrefix: 'w.'},
    measured: {...sessions, seed: 2, idPrefix: 'm.'},
  };
};

interface Prepared {
  readonly ready: ReadyShard;
  readonly samples: Sample[];
  readonly progress: LoadProgress[];
  readonly abort: AbortController;
  /** What has reached the server so far. */
  ids(): readonly string[];
}

/** Shard `index` of 3. */
const withShard = async (index: number, load: LoadSpec, use: (prepared: Prepared) => Promise<unknown>) => {
  await using server = await startTestServer(({socket}: Received) => socket.write(reply(chatAnswer())));
  const samples: Sample[] = [];
  const progress: LoadProgress[] = [];
  const abort = new AbortController();
  await using ready = await prepareShard(
    {plan: planOf(server.url, load), place: {index, of: 3}, workers: 1},
    {
      signal: abort.signal,
      onBlock: (_, block) => samples.push(...readSampleBlock(block)),
      onReply() {},
      onProgress: now => progress.push(now),
    },
  );
  const ids = () => server.received.map(({headers}) => headers['x-request-id'] ?? '');
  await use({ready, samples, progress, abort, ids});
};

const clock = {reference: 'date', offsetMs: 12.5, errorMs: 1} as const;
const startIn = (ms: number) => ({startMachineMs: machineNow() + ms, clock, beganAtMs: 1e12});
const numbers = (samples: readonly Sample[]) => samples.map(({id}) => Number(id.slice('m.chat-'.length)));

test('shard 0 warms the server up before it is ready, and no other shard sends anything before the start', async () => {
  await withShard(0, closed(), async ({ids}) => {
    expect(ids()).toHaveLength(6);
    expect(ids().every(id => id.startsWith('w.'))).toBe(true);
  });
  await withShard(1, closed(), async ({ready, ids, progress}) => {
    expect(ids()).toEqual([]);
    const outcome = await ready.run(startIn(30));
    expect(outcome).not.toHaveProperty('node'); // of a pod alone
    expect(outcome).toMatchObject({place: {index: 1, of: 3}, clock, beganAtMs: 1e12, counts: {ok: 7, failed: 0}});
    expect(outcome.startedLateMs).toBeGreaterThanOrEqual(0);
    expect(ids()).toHaveLength(7);
    expect(progress.at(-1)).toMatchObject({phase: 'measure', ended: 7, totalRequests: 7, inFlight: 0});
  });
});

test('a start that was missed is no other start: the clock began when it was agreed, and how late it was is told', async () => {
  await withShard(2, closed(), async ({ready, samples}) => {
    const outcome = await ready.run(startIn(-400));
    expect(outcome.startedLateMs).toBeGreaterThanOrEqual(400);
    for (const {sentMs} of samples) expect(sentMs).toBeGreaterThanOrEqual(400);
    expect(numbers(samples).toSorted((a, b) => a - b)).toEqual([2, 5, 8, 11, 14, 17, 20]);
  });
});

test('a load that ends by its duration gives each shard sessions of its own, as many as it comes to', async () => {
  await withShard(1, closed({requests: null, durationSeconds: 0.1}), async ({ready, samples}) => {
    await ready.run(startIn(5));
    expect(numbers(samples).toSorted((a, b) => a - b)).toEqual(samples.map((_, place) => 1 + 3 * place));
  });
});

test('a shard that is aborted before its start has sent nothing, and says so in words that survive JSON', async () => {
  await withShard(1, closed(), async ({ready, abort, ids}) => {
    const running = ready.run(startIn(60_000));
    abort.abort();
    const outcome = await running;
    expect(ids()).toEqual([]);
    expect(outcome.counts).toEqual({ok: 0, failed: 0});
    expect(outcome.parts[0]?.marks).toMatchObject({
      requests: 0,
      firstSentMs: Number.POSITIVE_INFINITY,
      lastEndMs: Number.NEGATIVE_INFINITY,
    });
    expect(shardOutcome.parse(JSON.parse(JSON.stringify(outcome)))).toEqual(outcome);
  });
});

test.each([
  ['a concurrency', closed({concurrency: 2}), '--concurrency'],
  [
    'places in flight',
    {...closed(), mode: 'open', ratePerSecond: 5, arrivals: 'uniform', maxInFlight: 2},
    '--max-in-flight',
  ],
] as const)(
  '%s of less than one for each shard is refused: what falls to the others would never be sent',
  async (_, load, flag) => {
    await expect(withShard(1, load as LoadSpec, async () => {})).rejects.toMatchObject({
      code: 'BAD_OPTIONS',
      message: expect.stringContaining('of 2 has nothing to do for 3 shards'),
      hint: expect.stringContaining(flag),
    });
  },
);

test('a load whose prompts stand in a file of this machine is not sent to others, and it is said what is', () => {
  const plan = planOf('http://server', closed());
  expect(() => refuseFileOfHere(plan)).not.toThrow();
  const trace = {path: '/data/trace.jsonl', bytes: 0, rows: 0, firstLine: ''};
  const index = {...trace, stretchRows: new Float64Array(), stretchBytes: new Float64Array()};
  const workload = {kind: 'trace', file: 'trace.jsonl', sha256: '0'} as unknown as LoadPlan['measured']['workload'];
  expect(() => refuseFileOfHere({measured: {...plan.measured, workload, trace: index}})).toThrow(
    'The prompts of this load stand in /data/trace.jsonl, which other machines do not have',
  );
});
