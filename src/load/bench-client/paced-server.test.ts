import {describe, expect, test} from 'vitest';
import {drain} from './drain-client.ts';
import {runDrain} from './drain-outcome.ts';
import {runOurs} from './load-client.ts';
import {fetchTruth} from './outcome.ts';
import {type Answer, startPacedServer} from './paced-server.ts';

const paced: Extract<Answer, {mode: 'paced'}> = {
  mode: 'paced',
  tokens: 4,
  firstToken: {kind: 'fixed', ms: 3},
  gapMs: 2,
  stall: null,
};

const drainJob = (server: {port: number; replyBytes: number}, requests: number) => ({
  ...server,
  streamed: true,
  path: '/v1/chat/completions',
  body: '{"stream":true}',
  connections: 4,
  requests,
  durationSeconds: null,
});

describe('the paced server knows what it did', () => {
  test('every request has one stamp a token, none before its deadline', async () => {
    await using server = await startPacedServer(paced);
    expect(await drain(drainJob(server, 12))).toMatchObject({requests: 12, done: 12, bytes: 12 * server.replyBytes});
    const truth = await fetchTruth(server.port);
    expect(truth).toMatchObject({events: 48, streamsMax: 4});
    expect(new Set(truth.requests.map(({id}) => id)).size).toBe(12);
    for (const {readMs, writtenMs, plannedMs} of truth.requests) {
      expect(plannedMs).toBe(9);
      expect(writtenMs).toHaveLength(4);
      // A thousandth of a millisecond for the rounding of sums.
      for (const [token, atMs] of writtenMs.entries()) expect(atMs - readMs).toBeGreaterThan(3 + 2 * token - 0.001);
    }
  });

  test('first tokens drawn from a lognormal are the same for the same seed, and differ', async () => {
    const firstToken = {kind: 'lognormal', medianMs: 2, sigma: 0.5, seed: 3} as const;
    const planned = async () => {
      await using server = await startPacedServer({...paced, firstToken});
      await drain(drainJob(server, 8));
      return (await fetchTruth(server.port)).requests.map(({plannedMs}) => plannedMs);
    };
    const [first, second] = [await planned(), await planned()];
    expect(first).toEqual(second);
    expect(new Set(first).size).toBe(8);
  });

  test('while it is stalled nothing is written', async () => {
    await using server = await startPacedServer({...paced, stall: {every: 6, ms: 40}});
    await drain(drainJob(server, 8));
    const {requests} = await fetchTruth(server.port);
    const fromMs = requests[5]?.readMs ?? 0;
    const during = requests.flatMap(({writtenMs}) => writtenMs).filter(atMs => atMs > fromMs && atMs < fromMs + 40);
    expect(during).toEqual([]);
  });

  test('without delay it writes the same bytes, in one write or in many', async () => {
    for (const tokensPerWrite of [1, 3, 64]) {
      await using server = await startPacedServer({mode: 'null', tokens: 64, tokensPerWrite});
      expect(await runDrain(drainJob(server, 10))).toMatchObject({
        completed: 10,
        failed: 0,
        events: 640,
        eventsSent: 640,
      });
    }
  });

  test('embeddings are 32 lists of 768 numbers in 331 kB', async () => {
    await using server = await startPacedServer({mode: 'embed', texts: 32, dimensions: 768, delayMs: 0});
    const reply = await fetch(`http://127.0.0.1:${server.port}/v1/embeddings`, {method: 'POST', body: '{}'});
    const text = await reply.text();
    expect(Math.round(text.length / 1000)).toBe(331);
    const {data} = JSON.parse(text) as {data: {embedding: number[]}[]};
    expect(data.map(({embedding}) => embedding.length)).toEqual(Array.from({length: 32}, () => 768));
  });

  test('it names its model as OpenAI does, and serves nothing else', async () => {
    await using server = await startPacedServer(paced);
    const models = await fetch(`http://127.0.0.1:${server.port}/v1/models`);
    expect(await models.json()).toMatchObject({data: [{id: 'mock'}]});
    expect((await fetch(`http://127.0.0.1:${server.port}/metrics`)).status).toBe(404);
  });
});

describe('the load client against it', () => {
  test('completes every request, counts every event and is matched with the truth, request by request', async () => {
    await using server = await startPacedServer(paced);
    const outcome = await runOurs({
      workers: 1,
      port: server.port,
      workload: {kind: 'chat', promptTokens: 128, outputTokens: 4},
      load: {mode: 'closed', concurrency: 4, requests: 12, durationSeconds: null, warmup: 0},
    });
    expect(outcome).toMatchObject({completed: 12, failed: 0, served: 12, events: 48, eventsSent: 48, streamsHeld: 4});
    expect(outcome.accuracy).toMatchObject({matched: 12, unmatched: 0});
  });

  test('is given the latency from schedule of an open loop with a limit', async () => {
    await using server = await startPacedServer({...paced, stall: {every: 5, ms: 40}});
    const outcome = await runOurs({
      workers: 1,
      port: server.port,
      workload: {kind: 'chat', promptTokens: 128, outputTokens: 4},
      load: {
        mode: 'open',
        ratePerSecond: 200,
        arrivals: 'uniform',
        maxInFlight: 2,
        requests: 10,
        durationSeconds: null,
        warmup: 0,
      },
    });
    expect(outcome).toMatchObject({completed: 10, served: 10, streamsHeld: 2});
    expect(outcome.schedule).not.toBeNull();
    expect(outcome.sendLag).not.toBeNull();
  });

  test('reads embeddings that are sent for texts it has made before', async () => {
    await using server = await startPacedServer({mode: 'embed', texts: 2, dimensions: 8, delayMs: 0});
    const outcome = await runOurs({
      workers: 1,
      port: server.port,
      workload: {kind: 'embed', batch: 2, promptTokens: 16},
      load: {mode: 'closed', concurrency: 2, requests: 70, durationSeconds: null, warmup: 0},
    });
    expect(outcome).toMatchObject({completed: 70, failed: 0, served: 70, events: 0, eventsPerSecond: null});
  });
});
