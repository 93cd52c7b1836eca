import {describe, expect, test} from 'vitest';
import type {Endpoint} from '../engines/engine.ts';
import {engines} from '../engines/index.ts';
import {untoldFacts} from '../engines/untold-facts.ts';
import type {SessionSource, WorkloadRequest} from '../schema/request.ts';
import {type Sample, sample as sampleSchema} from '../schema/sample.ts';
import type {LoadSpec} from '../schema/suite.ts';
import {seededRandom} from '../workloads/random.ts';
import {planArrivals} from './arrivals.ts';
import {type HereOptions, runHere} from './load-here.ts';
import type {LoadProgress} from './progress.ts';
import {chatAnswer, chunk, chunkedHead, type Received, reply, startTestServer, token} from './test-server.ts';

const chatRequest = (id: string): WorkloadRequest => ({
  kind: 'chat',
  id,
  messages: [{role: 'user', content: id}],
  outputTokens: 2,
});

/** Endless sessions of `turns` requests; counts those that were taken. */
const sessions = (name: string, turns = 1) => {
  const counted = {taken: 0};
  const at = (session: number) => {
    counted.taken += 1;
    return {
      id: `${name}${session}`,
      requests: Array.from({length: turns}, (_, turn) => chatRequest(`${name}${session}-${turn + 1}`)),
    };
  };
  const all: SessionSource = {at, requestsBefore: index => index * turns};
  return {counted, all};
};

const closed = (change: Partial<Extract<LoadSpec, {mode: 'closed'}>> = {}): LoadSpec => ({
  mode: 'closed',
  concurrency: 4,
  requests: 20,
  durationSeconds: null,
  warmup: 0,
  ...change,
});
const open = (change: Partial<Extract<LoadSpec, {arrivals: 'poisson' | 'uniform'}>> = {}): LoadSpec => ({
  mode: 'open',
  ratePerSecond: 1000,
  arrivals: 'uniform',
  maxInFlight: null,
  requests: 20,
  durationSeconds: null,
  warmup: 0,
  ...change,
});

const answerAtOnce = ({socket}: Received) => socket.write(reply(chatAnswer()));

const run = async (
  answer: (request: Received) => unknown,
  {load, seed = 1, ...options}: Partial<HereOptions> & Pick<HereOptions, 'load'> & {readonly seed?: number},
) => {
  await using server = await startTestServer(answer);
  const endpoint: Endpoint = {role: 'chat', url: server.url, model: 'm', facts: untoldFacts};
  const samples: Sample[] = [];
  const progress: LoadProgress[] = [];
  const outcome = await runHere({
    trial: 2,
    engine: engines.openai,
    endpoint,
    warmup: sessions('w').all,
    measured: sessions('m').all,
    arrivals: load.mode === 'open' ? planArrivals(load, seededRandom(seed)) : {total: 0, dueMs: []},
    load,
    timeoutMs: 20_000,
    signal: new AbortController().signal,
    onSample: sample => samples.push(sample),
    onProgress: at => progress.push(at),
    ...options,
  });
  const ids = server.received.map(({headers}) => headers['x-request-id'] ?? '');
  return {samples, progress, outcome, ids, received: server.received, connections: server.connections()};
};

/** Requests that run at the server at once, at most. */
const watchOverlap = (answer: (request: Received) => unknown) => {
  const seen = {now: 0, most: 0};
  return {
    seen,
    answer(request: Received) {
      seen.now += 1;
      seen.most = Math.max(seen.most, seen.now);
      setImmediate(() => {
        seen.now -= 1;
        answer(request);
      });
    },
  };
};

describe.each([
  ['a closed loop', closed()],
  ['an open loop', open()],
  ['an open loop with a limit', open({maxInFlight: 2})],
])('%s', (_, load) => {
  test('sends exactly its requests, each once, and nothing else', async () => {
    const {ids, samples, outcome, received} = await run(answerAtOnce, {load});
    expect(ids.toSorted()).toEqual(Array.from({length: 20}, (_, n) => `m${n}-1`).toSorted());
    expect(samples.map(({id}) => id).toSorted()).toEqual(ids.toSorted());
    expect(received.every(({path}) => path === '/v1/chat/completions')).toBe(true);
    expect(outcome).toMatchObject({plannedRequests: 20, unsent: 0});
  });

  test('gives samples that the schema knows, numbered in the order of sending', async () => {
    const {samples} = await run(answerAtOnce, {load});
    for (const sample of samples) expect(sampleSchema.parse(sample)).toEqual(sample);
    expect(samples.map(({index}) => index).toSorted((a, b) => a - b)).toEqual(
      Array.from({length: 20}, (_, index) => index),
    );
    expect(samples.every(({trial}) => trial === 2)).toBe(true);
    const bySend = samples.toSorted((a, b) => a.index - b.index).map(({id}) => Number(id.slice(1, -2)));
    expect(bySend).toEqual(bySend.toSorted((a, b) => a - b));
  });

  test('hands samples over in the order of their ends', async () => {
    const ends = (await run(answerAtOnce, {load})).samples.map(({endMs}) => endMs);
    expect(ends).toEqual(ends.toSorted((a, b) => a - b));
  });

  test('takes no session that it does not send', async () => {
    const {all, counted} = sessions('m');
    await run(answerAtOnce, {load, measured: all});
    expect(counted.taken).toBe(20);
  });

  test('cuts the last session to meet its requests, and keeps the turns of each in order', async () => {
    const {all, counted} = sessions('m', 3);
    const {ids, samples} = await run(answerAtOnce, {load, measured: all});
    expect(counted.taken).toBe(7);
    expect(ids).toHaveLength(20);
    expect(ids).toContain('m6-2');
    expect(ids).not.toContain('m6-3');
    for (const session of ['m0', 'm3', 'm6']) {
      const turns = samples.filter(sample => sample.session === session).toSorted((a, b) => a.turn - b.turn);
      for (const [index, next] of turns.slice(1).entries())
        expect(next.sentMs).toBeGreaterThanOrEqual(turns[index]?.endMs ?? Number.NaN);
    }
  });

  test('ends when the sessions do, and tells what was not sent', async () => {
    const {all} = sessions('m');
    const five = {...all, at: (index: number) => (index < 5 ? all.at(index) : null)};
    const {ids, outcome} = await run(answerAtOnce, {load, measured: five});
    expect(ids).toHaveLength(5);
    expect(outcome).toMatchObject({plannedRequests: 20, unsent: 15});
  });

  test('measures none of its warm-up, and warms up with nothing that it measures', async () => {
    const {ids, samples, progress} = await run(answerAtOnce, {load: {...load, warmup: 7}});
    expect(ids).toHaveLength(27);
    expect(ids.filter(id => id.startsWith('w')).toSorted()).toEqual(Array.from({length: 7}, (_, n) => `w${n}-1`));
    expect(samples.every(({id}) => id.startsWith('m'))).toBe(true);
    expect(samples).toHaveLength(20);
    expect(progress.at(-1)).toMatchObject({
      phase: 'measure',
      sent: 20,
      ended: 20,
      failed: 0,
      totalRequests: 20,
      totalMs: null,
    });
  });

  test('goes on when requests fail, and counts each', async () => {
    let requests = 0;
    const {samples, progress} = await run(
      ({socket}) =>
        requests++ % 2 === 0 ? socket.write(reply('{"error":{"message":"no"}}', {status: 500})) : socket.destroy(),
      {load},
    );
    expect(samples).toHaveLength(20);
    expect(new Set(samples.map(sample => (sample.outcome === 'failed' ? sample.failure.kind : 'ok')))).toEqual(
      new Set(['status', 'connect']),
    );
    expect(progress.at(-1)?.failed).toBe(20);
  });

  test('throws what onSample throws, and stops', async () => {
    let seen = 0;
    const failing = run(answerAtOnce, {
      load: {...load, requests: 2000},
      onSample() {
        seen += 1;
        if (seen === 3) throw new Error('the disk is full');
      },
    });
    await expect(failing).rejects.toThrow('the disk is full');
    expect(seen).toBeLessThan(2000);
  });

  test('throws what the sessions throw', async () => {
    const {all} = sessions('m');
    const at = (index: number) => {
      if (index > 0) throw new Error('no more prompts');
      return all.at(index);
    };
    await expect(run(answerAtOnce, {load, measured: {...all, at}})).rejects.toThrow('no more prompts');
  });

  test('ends running requests as aborted when its signal is, and sends no more', async () => {
    const abort = new AbortController();
    let [requests, answered] = [0, 0];
    const samples: Sample[] = [];
    const {ids, outcome} = await run(
      async request => {
        requests += 1;
        if (requests <= 5) return answerAtOnce(request);
        while (answered < 5) await new Promise(setImmediate);
        return abort.abort();
      },
      {
        load: {...load, requests: 2000},
        signal: abort.signal,
        onSample(sample) {
          samples.push(sample);
          answered += 1;
        },
      },
    );
    expect(samples.filter(({outcome}) => outcome === 'ok')).toHaveLength(5);
    const failed = samples.filter(sample => sample.outcome === 'failed');
    expect(failed.length).toBeGreaterThanOrEqual(1);
    expect(failed.every(({failure}) => failure.kind === 'aborted')).toBe(true);
    expect(ids.length).toBeLessThan(2000);
    expect(outcome.unsent).toBe(2000 - samples.length);
  });

  test('sends nothing when its signal was aborted before', async () => {
    const {ids, samples} = await run(answerAtOnce, {load: {...load, warmup: 3}, signal: AbortSignal.abort()});
    expect(ids).toEqual([]);
    expect(samples).toEqual([]);
  });
});

describe('a closed loop', () => {
  test('hands its slots over from the warm-up to the measurement while the server works on', async () => {
    const held: Received[] = [];
    // The last of the four warm-up requests is answered when a measured one has arrived, which ends it all if none does.
    const {ids, samples} = await run(
      request => {
        const id = request.headers['x-request-id'] ?? '';
        if (id === 'w3-1') held.push(request);
        else answerAtOnce(request);
        if (id.startsWith('m')) for (const each of held.splice(0)) answerAtOnce(each);
      },
      {load: closed({warmup: 4}), timeoutMs: 2000},
    );
    expect(ids).toHaveLength(24);
    expect(samples.every(({outcome}) => outcome === 'ok')).toBe(true);
  });

  test('has all its slots measure, also those that the warm-up had no request for', async () => {
    const {samples, outcome} = await run(answerAtOnce, {load: closed({warmup: 1, requests: 200})});
    expect(samples).toHaveLength(200);
    expect(outcome.client.inFlightMax).toBe(4);
  });

  test('is steady from when its last slot measures: what came before is not counted', async () => {
    const {outcome, samples} = await run(answerAtOnce, {load: closed({warmup: 6, requests: 200})});
    expect(outcome.steady?.startMs).toBeGreaterThan(0);
    expect(outcome.steady?.endMs).toBe(Math.max(...samples.map(({sentMs}) => sentMs)));
    expect(outcome.whole).toEqual({
      startMs: Math.min(...samples.map(({sentMs}) => sentMs)),
      endMs: Math.max(...samples.map(({endMs}) => endMs)),
    });
  });

  test('waits longer after each refused connection in a row, so that a dead server is not millions of failures', async () => {
    const nowhere = await startTestServer(() => {});
    const {url} = nowhere;
    await nowhere[Symbol.asyncDispose]();
    const {samples, outcome} = await run(answerAtOnce, {
      load: closed({concurrency: 2, requests: null, durationSeconds: 0.3}),
      endpoint: {role: 'chat', url, model: 'm', facts: untoldFacts},
    });
    // A slot tries at 0, 10, 30, 70, 150 and 310 ms.
    expect(samples.length).toBeGreaterThanOrEqual(2);
    expect(samples.length).toBeLessThanOrEqual(10);
    expect(samples.every(sample => sample.outcome === 'failed' && sample.failure.kind === 'connect')).toBe(true);
    expect(outcome.client.connectionsRefused).toBeGreaterThanOrEqual(samples.length);
  });

  test('has its concurrency at the server and no more, over as many connections', async () => {
    const {seen, answer} = watchOverlap(answerAtOnce);
    const {outcome, connections} = await run(answer, {load: closed({requests: 200, warmup: 10})});
    expect(seen.most).toBeLessThanOrEqual(4);
    expect(outcome.client).toMatchObject({
      http: 'net',
      inFlightMax: 4,
      connectionsOpened: 4,
      achievedRateRatio: null,
      workers: 1,
      connectionsRefused: 0,
    });
    expect(connections).toBe(4);
  });

  test('counts latency from the send', async () => {
    const {samples} = await run(answerAtOnce, {load: closed()});
    expect(samples.every(({scheduledMs}) => scheduledMs === null)).toBe(true);
    for (const {sentMs, firstByteMs, firstTokenMs, endMs} of samples) {
      const stamps = [0, sentMs, firstByteMs, firstTokenMs, endMs];
      expect(stamps).toEqual(stamps.toSorted((a, b) => Number(a) - Number(b)));
    }
  });

  test('is steady between the first end and the last send', async () => {
    const {outcome, samples} = await run(answerAtOnce, {load: closed({requests: 200})});
    expect(outcome.steady?.endMs).toBe(Math.max(...samples.map(({sentMs}) => sentMs)));
    expect(outcome.steady?.startMs).toBeGreaterThanOrEqual(Math.min(...samples.map(({endMs}) => endMs)));
    expect((await run(answerAtOnce, {load: closed({requests: 11})})).outcome.steady).toBeNull();
  });

  test('stops sending when its duration is over, and lets what runs end', async () => {
    const {outcome, samples, progress} = await run(answerAtOnce, {
      load: closed({requests: null, durationSeconds: 0.1}),
    });
    expect(samples.length).toBeGreaterThan(0);
    // A request is given out before the end and leaves in the next turns of the event loop.
    expect(samples.every(({outcome}) => outcome === 'ok')).toBe(true);
    expect(outcome).toMatchObject({plannedRequests: null, unsent: 0});
    expect(progress.at(-1)).toMatchObject({totalRequests: null, totalMs: 100, inFlight: 0});
  });

  test('starts no more slots than there are requests', async () => {
    const {outcome, ids} = await run(answerAtOnce, {load: closed({concurrency: 50, requests: 3})});
    expect(ids).toHaveLength(3);
    expect(outcome.client.inFlightMax).toBeLessThanOrEqual(3);
  });

  test('keeps the bodies of the first replies', async () => {
    const kept = new Map<string, string>();
    await run(answerAtOnce, {
      load: closed({warmup: 2}),
      keepReplies: {
        first: 3,
        keep: (id, reads) => kept.set(id, Buffer.concat(reads.map(({bytes}) => bytes)).toString()),
      },
    });
    expect([...kept.keys()].toSorted()).toEqual(['m0-1', 'm1-1', 'm2-1']);
    expect([...kept.values()]).toEqual([chatAnswer(), chatAnswer(), chatAnswer()]);
  });
});

describe('an open loop', () => {
  test('is over with its warm-up before its plan begins', async () => {
    const {ids, progress} = await run(answerAtOnce, {load: open({warmup: 7})});
    expect(ids.slice(0, 7).every(id => id.startsWith('w'))).toBe(true);
    expect(ids.slice(7).every(id => id.startsWith('m'))).toBe(true);
    expect(progress.at(-1)).toMatchObject({phase: 'measure', sent: 20});
  });

  test('sends each request at its planned time or later, and says how much later', async () => {
    const {samples, outcome} = await run(answerAtOnce, {load: open({ratePerSecond: 200, requests: 30})});
    const bySend = samples.toSorted((a, b) => a.index - b.index);
    expect(bySend.map(({scheduledMs}) => scheduledMs)).toEqual(Array.from({length: 30}, (_, n) => n * 5));
    for (const {sentMs, scheduledMs} of samples) expect(sentMs).toBeGreaterThanOrEqual(scheduledMs ?? Number.NaN);
    const sends = bySend.map(({sentMs}) => sentMs);
    expect(outcome.client.achievedRateRatio).toBeCloseTo(145 / ((sends.at(-1) ?? 0) - (sends[0] ?? 0)), 9);
  });

  test('has no steady part for a single request', async () => {
    const {outcome} = await run(answerAtOnce, {load: open({requests: 1})});
    expect(outcome.steady).toBeNull();
    expect(outcome.client.achievedRateRatio).toBeNull();
  });

  test('repeats its Poisson arrivals for the same seed', async () => {
    const plan = async () => {
      const {samples} = await run(answerAtOnce, {load: open({arrivals: 'poisson'}), seed: 5});
      return samples.map(({scheduledMs}) => scheduledMs).toSorted((a, b) => Number(a) - Number(b));
    };
    expect(await plan()).toEqual(await plan());
  });

  test('sends on while the server is silent: nothing waits for a reply', async () => {
    const held: Received[] = [];
    const {outcome, samples} = await run(
      request => {
        held.push(request);
        if (held.length === 20) for (const each of held) answerAtOnce(each);
      },
      {load: open()},
    );
    expect(outcome.client.inFlightMax).toBe(20);
    expect(samples.every(({outcome}) => outcome === 'ok')).toBe(true);
  });

  test('queues in order what its limit keeps back, drops nothing, and counts the wait', async () => {
    const held: Received[] = [];
    let [requests, requestsAtRelease] = [0, 0];
    // The server holds the first two requests until the plan of all twenty (20 ms) is well over.
    const release = () => {
      requestsAtRelease = requests;
      for (const each of held) answerAtOnce(each);
    };
    const {samples, outcome} = await run(
      request => {
        requests += 1;
        if (requests > 2) return answerAtOnce(request);
        held.push(request);
        return requests === 2 ? setTimeout(release, 100) : null;
      },
      {load: open({maxInFlight: 2})},
    );
    expect(requestsAtRelease).toBe(2);
    expect(outcome.client.inFlightMax).toBe(2);
    const inOrder = samples.toSorted((a, b) => a.index - b.index);
    expect(inOrder.map(({id}) => id)).toEqual(Array.from({length: 20}, (_, n) => `m${n}-1`));
    expect(inOrder.map(({scheduledMs}) => scheduledMs)).toEqual(Array.from({length: 20}, (_, n) => n));
    const releasedMs = Math.min(...inOrder.slice(0, 2).map(({endMs}) => endMs));
    for (const {sentMs} of inOrder.slice(2)) expect(sentMs).toBeGreaterThanOrEqual(releasedMs);
    // Due 2 to 19 ms after the start and sent 100 ms after it: that wait is in the latency from the plan.
    expect(Math.max(...(outcome.client.seconds?.scheduleLagMaxMs ?? []))).toBeGreaterThan(50);
    expect(outcome.client.achievedRateRatio).toBeLessThan(0.9);
  });

  test('takes no session for what waits, so that an abort leaves at most one that was not sent', async () => {
    const abort = new AbortController();
    const {all, counted} = sessions('m');
    let requests = 0;
    const {samples} = await run(
      () => {
        requests += 1;
        if (requests === 2) setTimeout(() => abort.abort(), 50);
      },
      {load: open({maxInFlight: 2, requests: 2000}), measured: all, signal: abort.signal},
    );
    expect(samples).toHaveLength(2);
    expect(counted.taken).toBeLessThanOrEqual(3);
  });

  test('has a later turn due when the turn before it has ended', async () => {
    const {samples} = await run(answerAtOnce, {load: open({requests: 12}), measured: sessions('m', 3).all});
    expect(samples).toHaveLength(12);
    for (const sample of samples.filter(({turn}) => turn > 1)) {
      const before = samples.find(({session, turn}) => session === sample.session && turn === sample.turn - 1);
      expect(sample.scheduledMs).toBe(before?.endMs);
    }
  });

  test('sends all that was due within its duration, and no more', async () => {
    const {ids, outcome} = await run(answerAtOnce, {
      load: open({requests: null, durationSeconds: 0.05, ratePerSecond: 200}),
    });
    expect(ids).toHaveLength(10);
    expect(outcome).toMatchObject({plannedRequests: 10, unsent: 0});
  });
});

test('a request that is not answered in time fails, and the rest go on', async () => {
  let requests = 0;
  const {samples} = await run(
    request => (requests++ === 0 ? request.socket.write(chunkedHead + chunk(token('a'))) : answerAtOnce(request)),
    {
      load: closed({concurrency: 1, requests: 3}),
      timeoutMs: 150,
    },
  );
  expect(samples.map(sample => (sample.outcome === 'failed' ? sample.failure.kind : 'ok'))).toEqual([
    'timeout',
    'ok',
    'ok',
  ]);
});

test.each([
  ['a load without an end', closed({requests: null}), 'chat'],
  [
    'autocannon for a stream',
    {mode: 'saturate', concurrency: 1, requests: 1, durationSeconds: null, warmup: 0},
    'chat',
  ],
] as const)('%s is refused', async (_, load, role) => {
  const endpoint: Endpoint = {role, url: 'http://127.0.0.1:1', model: 'm', facts: untoldFacts};
  await expect(run(answerAtOnce, {load: load as LoadSpec, endpoint})).rejects.toMatchObject({code: 'BAD_SUITE'});
});
