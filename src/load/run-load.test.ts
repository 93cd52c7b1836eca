import {expect, test} from 'vitest';
import type {Endpoint} from '../engines/engine.ts';
import {untoldFacts} from '../engines/untold-facts.ts';
import type {Sample} from '../schema/sample.ts';
import {readSampleBlock} from '../schema/sample-block.ts';
import type {LoadSpec} from '../schema/suite.ts';
import type {WorkloadSpec} from '../schema/workload.ts';
import {estimatedTokenLength} from '../workloads/token-estimate.ts';
import {arrivalWords} from './arrival-words.ts';
import {type LoadListeners, type LoadPlan, type LoadProgress, runLoad} from './run-load.ts';
import {chatAnswer, type Received, reply, startTestServer} from './test-server.ts';

const chat: WorkloadSpec = {kind: 'chat', promptTokens: 64, outputTokens: 2};
const conversations: WorkloadSpec = {kind: 'prefix', promptTokens: 16, outputTokens: 2, turns: 3};

const closed = (change: Partial<LoadSpec> = {}) =>
  ({mode: 'closed', concurrency: 4, requests: 40, durationSeconds: null, warmup: 6, ...change}) as LoadSpec;
const open = (maxInFlight: number | null = null): LoadSpec => ({
  ...{mode: 'open', ratePerSecond: 1000, arrivals: 'uniform', maxInFlight},
  ...{requests: 40, durationSeconds: null, warmup: 0},
});

const answerAtOnce = ({socket}: Received) => socket.write(reply(chatAnswer()));

interface Tried {
  readonly workers: number;
  readonly load?: LoadSpec;
  readonly workload?: WorkloadSpec;
  readonly plan?: Partial<LoadPlan>;
  readonly listeners?: Partial<LoadListeners>;
  readonly answer?: (request: Received) => unknown;
}

const run = async ({
  workers,
  load = closed(),
  workload = chat,
  plan = {},
  listeners = {},
  answer = answerAtOnce,
}: Tried) => {
  await using server = await startTestServer(answer);
  const endpoint: Endpoint = {role: 'chat', url: server.url, model: 'm', facts: untoldFacts};
  const parts = new Map<number, Sample[]>();
  const progress: LoadProgress[] = [];
  const outcome = await runLoad(
    {
      trial: 3,
      engine: 'openai',
      endpoint,
      load,
      warmup: {workload, seed: 1, tokenLength: estimatedTokenLength, idPrefix: 'w.'},
      measured: {workload, seed: 2, tokenLength: estimatedTokenLength, idPrefix: 'm.'},
      arrivals: load.mode === 'open' ? arrivalWords([1, 'arrivals'], null) : null,
      timeoutMs: 20_000,
      keepReplies: 0,
      ...plan,
    },
    workers,
    {
      signal: new AbortController().signal,
      onBlock(part, block) {
        parts.set(part, [...(parts.get(part) ?? []), ...readSampleBlock(block)]);
      },
      onReply() {},
      onProgress: at => progress.push(at),
      ...listeners,
    },
  );
  const ids = server.received.map(({headers}) => headers['x-request-id'] ?? '');
  const bodies = server.received.map(({body}) => body).toSorted();
  return {
    outcome,
    parts,
    samples: [...parts.values()].flat(),
    ids,
    bodies,
    progress,
    connections: server.connections(),
  };
};

test.each([
  ['a closed loop', closed(), chat],
  ['a closed loop of conversations, the last of them cut short,', closed(), conversations],
  ['an open loop', open(), chat],
] as const)('%s in three workers sends the same bytes as in one thread, each once', async (_, load, workload) => {
  const alone = await run({workers: 1, load, workload});
  const three = await run({workers: 3, load, workload});
  expect(three.bodies).toEqual(alone.bodies);
  expect(three.ids.toSorted()).toEqual(alone.ids.toSorted());
  expect(three.outcome.dataHash).toBe(alone.outcome.dataHash);
  expect(three.samples).toHaveLength(40);
  expect(three.outcome).toMatchObject({plannedRequests: 40, unsent: 0, client: {workers: 3}});
});

test('workers number requests in the order of sending, and count as one', async () => {
  const {samples, outcome, progress, connections, parts} = await run({workers: 2});
  const bySend = samples.toSorted((a, b) => a.index - b.index);
  expect(bySend.map(({index}) => index)).toEqual(Array.from({length: 40}, (_, index) => index));
  expect(samples.every(({trial}) => trial === 3)).toBe(true);
  expect(outcome.client.inFlightMax).toBeLessThanOrEqual(4);
  expect(outcome.client).toMatchObject({connectionsOpened: 4, connectionsRefused: 0});
  expect(connections).toBe(4);
  expect([...parts.keys()].toSorted()).toEqual([0, 1]);
  expect(progress.at(-1)).toMatchObject({phase: 'measure', sent: 40, ended: 40, failed: 0, inFlight: 0});
  expect(outcome.client.seconds?.sent.reduce((sum, sent) => sum + sent, 0)).toBe(40);
});

test("workers' stamps are on one clock, which shows 0 when the first of them measures", async () => {
  const slots = 4;
  const {samples, outcome} = await run({
    workers: 2,
    load: closed({requests: 200, concurrency: slots} as Partial<LoadSpec>),
  });
  const first = samples.find(({index}) => index === 0);
  // What is made ready before the first request leaves takes some of the first milliseconds.
  expect(first?.sentMs).toBeGreaterThanOrEqual(0);
  expect(outcome.whole).toEqual({
    startMs: Math.min(...samples.map(({sentMs}) => sentMs)),
    endMs: Math.max(...samples.map(({endMs}) => endMs)),
  });
  // One worker may find nothing more to send while the other still writes the last requests, one a slot at the most.
  const sentMs = samples.map(sample => sample.sentMs).toSorted((a, b) => a - b);
  expect(outcome.steady?.endMs).toBeLessThanOrEqual(sentMs.at(-1) as number);
  expect(outcome.steady?.endMs).toBeGreaterThanOrEqual(sentMs.at(-1 - slots) as number);
  expect(Date.now() - outcome.startedAt.getTime()).toBeLessThan(60_000);
});

test('an open loop is dealt out to its workers arrival by arrival, and so is its limit', async () => {
  const {samples, outcome, parts} = await run({workers: 2, load: open(3)});
  const session = ({id}: Sample) => Number(id.slice('m.chat-'.length));
  for (const sample of samples) expect(sample.scheduledMs).toBe(session(sample));
  expect(parts.get(0)?.every(sample => session(sample) % 2 === 0)).toBe(true);
  expect(outcome.client.inFlightMax).toBeLessThanOrEqual(3);
});

test('replies are kept from whichever worker sent the first requests', async () => {
  const kept = new Map<string, string>();
  const onReply: LoadListeners['onReply'] = (id, reads) =>
    kept.set(id, reads.map(({bytes}) => Buffer.from(bytes).toString()).join(''));
  const {samples} = await run({workers: 2, plan: {keepReplies: 3}, listeners: {onReply}});
  const first = samples.filter(({index}) => index < 3).map(({id}) => id);
  expect([...kept.keys()].toSorted()).toEqual(first.toSorted());
  expect(new Set(kept.values())).toEqual(new Set([chatAnswer()]));
});

test('an abort reaches every worker', async () => {
  const abort = new AbortController();
  let requests = 0;
  const {samples, outcome} = await run({
    workers: 2,
    load: closed({requests: 2000, warmup: 0}),
    listeners: {signal: abort.signal},
    answer(request) {
      requests += 1;
      if (requests < 20) answerAtOnce(request);
      else abort.abort();
    },
  });
  expect(samples.length).toBeLessThan(2000);
  expect(samples.filter(({outcome}) => outcome === 'failed').length).toBeGreaterThanOrEqual(1);
  expect(outcome.unsent).toBe(2000 - samples.length);
});

test('what a listener throws ends the load in all workers and is thrown', async () => {
  const onBlock = () => {
    throw new Error('the disk is full');
  };
  await expect(run({workers: 2, listeners: {onBlock}})).rejects.toThrow('the disk is full');
});

test('a load that cannot be run is refused before a worker is started', async () => {
  await expect(run({workers: 2, load: closed({requests: null})})).rejects.toMatchObject({code: 'BAD_SUITE'});
});

test('what fails in a worker is thrown here', async () => {
  // A code point that no x-request-id may hold: the request cannot be written.
  const plan = {measured: {workload: chat, seed: 2, tokenLength: estimatedTokenLength, idPrefix: '\n'}};
  await expect(run({workers: 2, plan})).rejects.toThrow("not fit for a request's head");
});
