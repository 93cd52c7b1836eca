import {expect, test} from 'vitest';
import {engines} from '../engines/index.ts';
import {untoldFacts} from '../engines/untold-facts.ts';
import type {SessionSource} from '../schema/request.ts';
import {type Sample, sample as sampleSchema} from '../schema/sample.ts';
import type {LoadSpec} from '../schema/suite.ts';
import {type HereOptions, runHere} from './load-here.ts';
import {type Received, reply, startTestServer} from './test-server.ts';

const sessions = (name: string, turns = 1) => {
  const counted = {taken: 0};
  const at = (session: number) => {
    counted.taken += 1;
    return {
      id: `${name}${session}`,
      requests: Array.from({length: turns}, (_, turn) => ({
        kind: 'embed' as const,
        id: `${name}${session}-${turn + 1}`,
        texts: [`text ${session} ${turn} é`],
      })),
    };
  };
  const all: SessionSource = {at, requestsBefore: index => index * turns};
  return {counted, all};
};

const vectors = JSON.stringify({data: [{index: 0, embedding: [0.6, 0.8]}], usage: {prompt_tokens: 3}});
const answerAtOnce = ({socket}: Received) => socket.write(reply(vectors));

const run = async (
  answer: (request: Received) => unknown,
  load: Partial<Extract<LoadSpec, {mode: 'saturate'}>> = {},
  options: Partial<HereOptions> = {},
) => {
  await using server = await startTestServer(answer);
  const samples: Sample[] = [];
  const outcome = await runHere({
    trial: 0,
    engine: engines.openai,
    endpoint: {role: 'embed', url: server.url, model: 'm', facts: untoldFacts},
    load: {mode: 'saturate', concurrency: 4, requests: 50, durationSeconds: null, warmup: 0, ...load},
    warmup: sessions('w').all,
    measured: sessions('m').all,
    arrivals: {total: 0, dueMs: []},
    timeoutMs: 10_000,
    signal: new AbortController().signal,
    onSample: sample => samples.push(sample),
    ...options,
  });
  const ids = server.received.map(({headers}) => headers['x-request-id'] ?? '');
  const kinds = samples.map(sample => (sample.outcome === 'failed' ? sample.failure.kind : 'ok'));
  return {samples, kinds, outcome, ids, received: server.received, connections: server.connections()};
};

const idsOf = (count: number) => Array.from({length: count}, (_, n) => `m${n}-1`).toSorted();

test('every request of the sessions reaches the server once, with a body of its own', async () => {
  const {all, counted} = sessions('m');
  const {received, samples, outcome, kinds, connections} = await run(answerAtOnce, {}, {measured: all});
  const bodies = received.map(({body}) => JSON.parse(body).input);
  expect(bodies.flat().toSorted()).toEqual(Array.from({length: 50}, (_, n) => `text ${n} 0 é`).toSorted());
  expect(received.map(({headers}) => headers['x-request-id']).toSorted()).toEqual(idsOf(50));
  expect(received.every(({method, path}) => method === 'POST' && path === '/v1/embeddings')).toBe(true);
  expect(counted.taken).toBe(50);
  expect(samples.map(({id}) => id).toSorted()).toEqual(idsOf(50));
  expect(kinds.every(kind => kind === 'ok')).toBe(true);
  expect(connections).toBe(4);
  expect(outcome).toMatchObject({
    plannedRequests: 50,
    unsent: 0,
    client: {http: 'autocannon', inFlightMax: 4},
  });
});

test('samples are those of any other load', async () => {
  const {samples} = await run(answerAtOnce);
  for (const sample of samples) {
    expect(sampleSchema.parse(sample)).toEqual(sample);
    expect(sample).toMatchObject({
      outcome: 'ok',
      kind: 'embed',
      items: 1,
      promptTokens: 3,
      scheduledMs: null,
      firstTokenMs: null,
      replyBytes: vectors.length,
    });
    const stamps = [0, sample.sentMs, sample.firstByteMs, sample.endMs];
    expect(stamps).toEqual(stamps.toSorted((a, b) => Number(a) - Number(b)));
  }
});

test('each latency is the one of its request: nothing is spread or made up', async () => {
  // Three fast answers and one slow: with a rate set, autocannon would report the slow one as hundreds of latencies.
  let requests = 0;
  const {samples} = await run(
    request => (requests++ === 3 ? setTimeout(answerAtOnce, 200, request) : answerAtOnce(request)),
    {concurrency: 1, requests: 8},
  );
  const latencies = samples.map(({sentMs, endMs}) => endMs - sentMs);
  expect(latencies).toHaveLength(8);
  expect(latencies.findIndex(latencyMs => latencyMs >= 199)).toBe(3);
});

test('fewer requests than connections are sent once each', async () => {
  const {ids} = await run(answerAtOnce, {concurrency: 16, requests: 3});
  expect(ids.toSorted()).toEqual(idsOf(3));
});

test('sessions that end first end the load, and the rest is told as unsent', async () => {
  const {all} = sessions('m');
  const {ids, outcome} = await run(
    answerAtOnce,
    {},
    {measured: {...all, at: index => (index < 6 ? all.at(index) : null)}},
  );
  expect(ids.toSorted()).toEqual(idsOf(6));
  expect(outcome).toMatchObject({plannedRequests: 50, unsent: 44});
  expect((await run(answerAtOnce, {}, {measured: {...all, at: () => null}})).ids).toEqual([]);
});

test('the turns of a session follow one another', async () => {
  const {samples} = await run(answerAtOnce, {requests: 12}, {measured: sessions('m', 3).all});
  expect(samples).toHaveLength(12);
  for (const sample of samples.filter(({turn}) => turn > 1)) {
    const before = samples.find(({session, turn}) => session === sample.session && turn === sample.turn - 1);
    expect(sample.sentMs).toBeGreaterThanOrEqual(before?.endMs ?? Number.NaN);
  }
});

test('a duration ends the sending, and what runs is answered', async () => {
  const {kinds, outcome} = await run(request => setTimeout(answerAtOnce, 5, request), {
    requests: null,
    durationSeconds: 0.1,
  });
  expect(kinds.length).toBeGreaterThan(0);
  expect(kinds.every(kind => kind === 'ok')).toBe(true);
  expect(outcome).toMatchObject({plannedRequests: null, unsent: 0});
});

test('the warm-up is over before, and is not measured', async () => {
  const {ids, samples} = await run(answerAtOnce, {warmup: 6, requests: 10});
  expect(ids.slice(0, 6).every(id => id.startsWith('w'))).toBe(true);
  expect(ids).toHaveLength(16);
  expect(samples).toHaveLength(10);
});

test('errors, other shapes and other lengths are failures', async () => {
  const answers = [
    reply('{"error":{"message":"too long"}}', {status: 400}),
    reply('{"status":"ok"}'),
    reply('{"data":['),
    reply(JSON.stringify({data: []})),
    reply(vectors),
  ];
  let requests = 0;
  const {kinds, samples} = await run(({socket}) => socket.write(answers[requests++] ?? ''), {
    concurrency: 1,
    requests: 5,
  });
  expect(kinds).toEqual(['status', 'malformed', 'malformed', 'malformed', 'ok']);
  expect(samples[0]).toMatchObject({failure: {message: 'HTTP 400: too long', status: 400}});
});

test.each([
  ['closes it', ({socket}: Received) => socket.end()],
  ['resets it', ({socket}: Received) => socket.resetAndDestroy()],
])(
  'a connection whose server %s before the reply loses one request, and the next times are right',
  async (_, breakOff) => {
    let requests = 0;
    const {samples, kinds, ids} = await run(request => (requests++ === 2 ? breakOff(request) : answerAtOnce(request)), {
      concurrency: 1,
      requests: 8,
    });
    expect(kinds).toEqual(['ok', 'ok', 'connect', 'ok', 'ok', 'ok', 'ok', 'ok']);
    expect(ids.toSorted()).toEqual(idsOf(8));
    for (const [index, {sentMs}] of samples.slice(1).entries())
      expect(sentMs).toBeGreaterThanOrEqual(samples[index]?.endMs ?? Number.NaN);
  },
);

test('a connection that breaks inside a reply ends its slot, and the others go on', async () => {
  let requests = 0;
  const {kinds, ids} = await run(request =>
    requests++ === 4
      ? request.socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"data"')
      : answerAtOnce(request),
  );
  expect(kinds.filter(kind => kind !== 'ok')).toEqual(['disconnect']);
  expect(ids.toSorted()).toEqual(idsOf(50));
});

test('a request that is not answered in time fails', async () => {
  let requests = 0;
  const {kinds} = await run(
    request => (requests++ === 1 ? null : answerAtOnce(request)),
    {concurrency: 1, requests: 4},
    {timeoutMs: 1000},
  );
  expect(kinds).toEqual(['ok', 'timeout', 'ok', 'ok']);
});

test('a server that is not there fails every request and ends the load', async () => {
  const endpoint = {role: 'embed', url: 'http://127.0.0.1:9', model: 'm', facts: untoldFacts} as const;
  const {kinds} = await run(answerAtOnce, {requests: 20}, {endpoint});
  expect(kinds).toEqual(Array.from({length: 20}, () => 'connect'));
});

test('an abort ends what runs, and nothing more is sent', async () => {
  const abort = new AbortController();
  let requests = 0;
  const {kinds, ids, outcome} = await run(
    request => {
      requests += 1;
      if (requests <= 10) answerAtOnce(request);
      else abort.abort();
    },
    {},
    {signal: abort.signal},
  );
  expect(kinds.at(-1)).toBe('aborted');
  expect(ids.length).toBeLessThan(50);
  expect(outcome.unsent).toBe(50 - kinds.length);
});

test('what onSample or the sessions throw ends the load and is thrown', async () => {
  const onSample = () => {
    throw new Error('the disk is full');
  };
  await expect(run(answerAtOnce, {}, {onSample})).rejects.toThrow('the disk is full');
  const {all} = sessions('m');
  const at = (index: number) => {
    if (index === 7) throw new Error('no more texts');
    return all.at(index);
  };
  await expect(run(answerAtOnce, {}, {measured: {...all, at}})).rejects.toThrow('no more texts');
});
