import {openai} from '../../engines/openai.ts';
import {untoldFacts} from '../../engines/untold-facts.ts';
import {roleOf, type SessionSource} from '../../schema/request.ts';
import type {Sample} from '../../schema/sample.ts';
import {readSampleBlock, SampleBlockWriter} from '../../schema/sample-block.ts';
import type {LoadSpec} from '../../schema/suite.ts';
import type {Workload, WorkloadSpec} from '../../schema/workload.ts';
import {sessionsOf} from '../../workloads/index.ts';
import {estimatedTokenLength} from '../../workloads/token-estimate.ts';
import {arrivalsOf, arrivalWords} from '../arrival-words.ts';
import {runHere} from '../load-here.ts';
import {runLoad} from '../run-load.ts';
import {accuracyOf, askedPerSecond, requestsPerSecond, scheduleAccuracyOf, sendLagOf} from './accuracy.ts';
import {costSoFar, cpuSecondsSoFar, fetchTruth, type Outcome} from './outcome.ts';

export interface LoadJob {
  readonly port: number;
  readonly workload: WorkloadSpec;
  readonly load: LoadSpec;
  readonly workers: number;
}

const seed = 1;
const timeoutMs = 30_000;
/** Texts cost more to make than the goal leaves for sending them: these are made beforehand and sent again and again. */
const recycledSessions = 64;

const recycled = (workload: Workload<'embed'>): SessionSource => {
  const fresh = sessionsOf(workload, seed, estimatedTokenLength);
  const pool = Array.from({length: recycledSessions}, (_, index) => fresh(index));
  return {at: index => pool[index % pool.length] ?? null, requestsBefore: index => index};
};

/** Puts the load on the server as `npm run bench` does; resolves with the samples, still packed. */
const putLoad = async ({port, workload, load, workers}: LoadJob): Promise<readonly Uint8Array[]> => {
  const blocks: Uint8Array[] = [];
  const arrivals = arrivalWords([seed, 'arrivals'], null);
  const common = {
    trial: 0,
    endpoint: {role: roleOf(workload.kind), url: `http://127.0.0.1:${port}`, model: 'mock', facts: untoldFacts},
    load,
    timeoutMs,
  } as const;
  const signal = AbortSignal.timeout(3 * timeoutMs);
  if (workload.kind === 'embed') {
    const writer = new SampleBlockWriter(block => blocks.push(block));
    const sessions = recycled(workload);
    const onSample = (sample: Sample) => writer.add(sample);
    const planned = arrivalsOf(arrivals, load, {index: 0, of: 1});
    await runHere({
      ...common,
      arrivals: planned,
      engine: openai,
      warmup: sessions,
      measured: sessions,
      signal,
      onSample,
    });
    writer.flush();
    return blocks;
  }
  const sessions = {workload, seed, tokenLength: estimatedTokenLength, idPrefix: ''};
  await runLoad(
    {...common, arrivals, engine: 'openai', warmup: sessions, measured: sessions, keepReplies: 0},
    workers,
    {
      signal,
      onBlock: (_part, block) => blocks.push(block),
      onReply() {},
    },
  );
  return blocks;
};

/** Puts the load on the paced server, and compares what was measured with what was true. */
export const runOurs = async (job: LoadJob): Promise<Outcome> => {
  const {port, load} = job;
  const startCpuSeconds = cpuSecondsSoFar();
  const blocks = await putLoad(job);
  const cost = costSoFar();
  const samples = blocks.flatMap(block => [...readSampleBlock(block)]);
  const truth = await fetchTruth(port);
  const concurrency = load.mode === 'open' ? null : load.concurrency;
  const perSecond = concurrency === null ? null : requestsPerSecond(samples, concurrency);
  const asked = concurrency === null ? null : askedPerSecond(truth, concurrency);
  const events = samples.reduce((sum, {tokenEventsMs}) => sum + tokenEventsMs.length, 0);
  const failed = samples.filter(({outcome}) => outcome === 'failed');
  const [first] = failed;
  const streamed = events > 0;
  return {
    ...cost,
    startCpuSeconds,
    serverWaitedMs: truth.waitedForCoreMs,
    completed: samples.length - failed.length,
    failed: failed.length,
    failure: first?.outcome === 'failed' ? `${first.failure.kind}: ${first.failure.message}` : null,
    served: truth.requests.length,
    events,
    eventsSent: truth.events,
    streamsHeld: truth.streamsMax,
    connections: truth.connectionsMax,
    requestsPerSecond: perSecond,
    eventsPerSecond: streamed && perSecond !== null ? (perSecond * events) / samples.length : null,
    eventsAskedPerSecond: asked === null ? null : (asked * truth.events) / truth.requests.length,
    accuracy: accuracyOf(samples, truth),
    schedule:
      load.mode === 'open' && load.arrivals === 'uniform'
        ? scheduleAccuracyOf(samples, truth, 1000 / load.ratePerSecond)
        : null,
    sendLag: sendLagOf(samples),
  };
};
