import {once} from 'node:events';
import {join} from 'node:path';
import {Worker} from 'node:worker_threads';
import {Bench} from 'tinybench';
import {projectRoot} from '../root.ts';
import type {RunRecord} from '../schema/record.ts';
import type {Session} from '../schema/request.ts';
import {minimumForP99, percentile} from '../stats/percentile.ts';
import {nothingTold} from './chat-stream.ts';
import {trialClock} from './clock.ts';
import {Exchange} from './exchange.ts';
import {transportTo} from './transport-to.ts';
import {turnsOf, type Wire} from './turn.ts';
import {ReplySample} from './whole-body.ts';

/** Sent before anything is counted, while the code is still being compiled. */
const warmupRequests = 100;

const facts = {version: null, model: null, contextTokens: null, kvTokens: null, reportsCachedTokens: null};

/** What is spoken with the null server: as little as there can be, as the client's own cost is asked for. */
const nullWire: Wire = {
  path: () => '/',
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
 * What a request costs this client on this machine: CPU of its thread, and the latency that is seen although the server
 * (null-server.ts, on a thread of its own) answers at once. One request at a time over one connection; each latency in
 * ms is from the send to the end of the stream, of 64 tokens. Throws when the null server does not answer.
 */
export const measureClientOverhead = async ({
  requests = minimumForP99,
}: {
  readonly requests?: number;
} = {}): Promise<NonNullable<RunRecord['clientOverhead']>> => {
  const server = new Worker(join(projectRoot, 'src', 'load', 'null-server.ts'));
  const [port]: unknown[] = await once(server, 'message');
  const url = `http://127.0.0.1:${port}`;
  const clock = trialClock();
  const transport = transportTo(url, clock);
  try {
    const route = {
      engine: nullWire,
      endpoint: {facts},
      transport,
      clock,
      timeoutMs: 10_000,
      replySample: new ReplySample(),
    };
    const [turn] = turnsOf(session, nullWire, {model: 'null'});
    if (turn === undefined) throw new Error('the overhead session has no request');
    let cpu = process.threadCpuUsage();
    const bench = new Bench({
      iterations: requests,
      time: 0,
      warmupIterations: warmupRequests,
      warmupTime: 0,
      retainSamples: true,
      throws: true,
      setup: () => {
        cpu = process.threadCpuUsage();
      },
      teardown: () => {
        cpu = process.threadCpuUsage(cpu);
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
      // setup and teardown frame the warm-up first and the counted requests last.
      cpuMsPerRequest: (cpu.user + cpu.system) / 1000 / samples.length,
      latencyP50Ms: percentile(samples, 0.5),
      latencyP99Ms: samples.length < minimumForP99 ? null : percentile(samples, 0.99),
      n: samples.length,
    };
  } finally {
    await transport.close();
    await server.terminate();
  }
};
