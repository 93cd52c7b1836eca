import {openai} from '../../engines/openai.ts';
import type {Session} from '../../schema/request.ts';
import type {Sample} from '../../schema/sample.ts';
import {type LoadSpec, roleOf, type WorkloadSpec} from '../../schema/suite.ts';
import {sessionsOf} from '../../workloads/index.ts';
import {seededRandom} from '../../workloads/random.ts';
import {runLoad} from '../run-load.ts';
import {accuracyOf, askedPerSecond, requestsPerSecond, scheduleAccuracyOf, sendLagOf} from './accuracy.ts';
import {costSoFar, fetchTruth, type Outcome} from './outcome.ts';

export interface LoadJob {
  readonly port: number;
  readonly workload: WorkloadSpec;
  readonly load: LoadSpec;
}

const seed = 1;
const timeoutMs = 30_000;
/** Texts cost more to make than the goal leaves for sending them: these are made beforehand and sent again and again. */
const recycledSessions = 64;

function* recycled(sessions: Iterator<Session>): Generator<Session> {
  const pool = Array.from({length: recycledSessions}, () => sessions.next().value as Session);
  for (let index = 0; ; index += 1) yield pool[index % pool.length] as Session;
}

const facts = {version: null, model: null, contextTokens: null, kvTokens: null, reportsCachedTokens: null};

/** Puts the load on the paced server as `npm run bench` does, and compares what was measured with what was true. */
export const runOurs = async ({port, workload, load}: LoadJob): Promise<Outcome> => {
  const fresh = sessionsOf(workload, seed);
  const samples: Sample[] = [];
  await runLoad({
    trial: 0,
    engine: openai,
    endpoint: {role: roleOf(workload.kind), url: `http://127.0.0.1:${port}`, model: 'mock', facts},
    load,
    warmup: sessionsOf(workload, seed + 1),
    measured: workload.kind === 'embed' ? recycled(fresh) : fresh,
    random: seededRandom(seed, 'arrivals'),
    timeoutMs,
    signal: AbortSignal.timeout(2 * timeoutMs),
    onSample: sample => samples.push(sample),
  });
  const cost = costSoFar();
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
