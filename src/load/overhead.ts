import {Bench} from 'tinybench';
import {untoldFacts} from '../engines/untold-facts.ts';
import type {RunRecord} from '../schema/record.ts';
import type {Session} from '../schema/request.ts';
import {minimumForP99, percentile} from '../stats/percentile.ts';
import {nothingTold} from './chat-stream.ts';
import {trialClock} from './clock.ts';
import {Exchange, newRoute} from './exchange.ts';
import {startNullServer} from './null-server.ts';
import {streamWrites} from './reply-bytes.ts';
import {transportTo} from './transport-to.ts';
import {turnsOf, type Wire} from './turn.ts';

/** Sent before anything is counted, while the code is still being compiled. */
const warmupRequests = 100;

/** What is spoken with the null server: as little as there can be, as the client's own cost is asked for. */
const nullWire: Wire = {
  path: () => '/',
  streams: true,
  body: request => ({...request}),
  readUsage: () => nothingTold,
  readWhole: () => ({usage: nothingTold, items: 0, problem: 'the null server only streams'}),
  readError: () => null,
};

const session: Session = {
  id: 'overhead',
  requests: [{kind: 'chat', id: 'overhead', messages: [{role: 'user', content: 'nothing'}], outputTokens: 64}],
};

/**
 * What a request costs this client on this machine: CPU of its thread, without the server's part, and the latency that is
 * seen although the server (null-server.ts) answers at once. One request at a time over one connection; each latency in
 * ms is from the send to the end of the stream, of 64 tokens. Throws when the null server does not answer.
 */
export const measureClientOverhead = async ({
  requests = minimumForP99,
}: {
  readonly requests?: number;
} = {}): Promise<NonNullable<RunRecord['clientOverhead']>> => {
  await using server = await startNullServer(Buffer.concat(streamWrites(64)));
  const clock = trialClock();
  const transport = transportTo(server.url, clock);
  try {
    const route = newRoute({engine: nullWire, endpoint: {facts: untoldFacts}, transport, clock, timeoutMs: 10_000});
    const [turn] = turnsOf(session, nullWire, {model: 'null'});
    if (turn === undefined) throw new Error('the overhead session has no request');
    let [beganMs, serverBeganMs, cpuBefore] = [0, 0, process.threadCpuUsage()];
    let clientCpuMs = 0;
    const bench = new Bench({
      iterations: requests,
      time: 0,
      warmupIterations: warmupRequests,
      warmupTime: 0,
      retainSamples: true,
      throws: true,
      // They frame the warm-up first and the counted requests last.
      setup: () => {
        [beganMs, serverBeganMs, cpuBefore] = [performance.now(), server.busyMs(), process.threadCpuUsage()];
      },
      teardown: () => {
        const {user, system} = process.threadCpuUsage(cpuBefore);
        // The thread never waits, so that the server's share of its time is its share of its CPU, which ticks too coarsely.
        const serverShare = (server.busyMs() - serverBeganMs) / (performance.now() - beganMs);
        clientCpuMs = ((user + system) / 1000) * (1 - serverShare);
      },
    });
    bench.add('request', async () => {
      const sample = await new Exchange(route, turn, {trial: -1, index: 0, scheduledMs: null}).ended;
      if (sample.outcome === 'failed') throw new Error(`the null server failed: ${sample.failure.message}`);
    });
    const [task] = await bench.run();
    const result = task?.result;
    if (result?.state !== 'completed' || result.latency.samples === undefined)
      throw new Error('the overhead measurement did not complete');
    const {samples} = result.latency;
    return {
      cpuMsPerRequest: clientCpuMs / samples.length,
      latencyP50Ms: percentile(samples, 0.5),
      latencyP99Ms: samples.length < minimumForP99 ? null : percentile(samples, 0.99),
      n: samples.length,
    };
  } finally {
    await transport.close();
  }
};
