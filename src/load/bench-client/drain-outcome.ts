import {askedPerSecond} from './accuracy.ts';
import {type DrainJob, drain} from './drain-client.ts';
import {costSoFar, cpuSecondsSoFar, fetchTruth, type Outcome} from './outcome.ts';

/** The draining client's figures in the load client's words; it stamps nothing, so it has no accuracy. */
export const runDrain = async (job: DrainJob): Promise<Outcome> => {
  const startCpuSeconds = cpuSecondsSoFar();
  const {requests, done, slotsMs} = await drain(job);
  const cost = costSoFar();
  const truth = await fetchTruth(job.port);
  const ended = job.streamed ? done : requests;
  const eventsPerReply = truth.events / truth.requests.length;
  const asked = askedPerSecond(truth, job.connections);
  const perSecond = (requests * job.connections * 1000) / slotsMs;
  return {
    ...cost,
    startCpuSeconds,
    serverWaitedMs: truth.waitedForCoreMs,
    completed: ended,
    failed: requests - ended,
    failure: ended === requests ? null : 'replies did not end in [DONE]',
    served: truth.requests.length,
    // It reads no events: a reply that ended has all of them.
    events: ended * eventsPerReply,
    eventsSent: truth.events,
    streamsHeld: truth.streamsMax,
    connections: truth.connectionsMax,
    requestsPerSecond: perSecond,
    eventsPerSecond: job.streamed ? perSecond * eventsPerReply : null,
    eventsAskedPerSecond: asked === null ? null : asked * eventsPerReply,
    accuracy: null,
    schedule: null,
    sendLag: null,
  };
};
