import type {Gate} from './gate.ts';
import {percentText} from './gate.ts';
import {limits} from './limits.ts';

/** Gates that ask whether the client put on the load that was planned, and was not itself the bottleneck. */
export const clientLag: Gate = ({trial: {client}}) => {
  const lagMs = client.loopLagP99Ms;
  if (lagMs === null)
    return {
      code: 'client-lag-unknown',
      severity: 'void',
      message: "The client's event loop was not sampled once: whether its own delay is in the latencies is not known",
      hint: 'Raise --requests or --duration; if it stays, stop other programs on this machine.',
    };
  if (lagMs <= limits.lagP99Ms) return null;
  return {
    code: 'client-lag',
    severity: 'void',
    message: `The client's event loop lagged ${lagMs.toFixed(1)} ms at p99 (limit ${limits.lagP99Ms} ms): its own delay is in every latency`,
    hint: 'Stop other programs on this machine, or lower the concurrency or rate.',
  };
};

export const scheduleLag: Gate = ({trial: {client, load}}) => {
  const lagMs = client.scheduleLagP99Ms;
  if (lagMs === null || lagMs <= limits.lagP99Ms) return null;
  const limit = load.mode === 'open' ? load.maxInFlight : null;
  const queued = limit !== null && client.inFlightMax >= limit;
  return {
    code: 'schedule-lag',
    severity: 'void',
    message: `Requests left ${lagMs.toFixed(1)} ms after their planned time at p99 (limit ${limits.lagP99Ms} ms): ${queued ? `all ${limit} places in flight were taken` : 'the client could not keep the schedule'}`,
    hint: queued
      ? 'Raise --max-in-flight, or lower the rate.'
      : 'Stop other programs on this machine, or lower the rate.',
  };
};

export const rateNotReached: Gate = ({trial: {client, load}}) => {
  const ratio = client.achievedRateRatio;
  if (ratio === null || ratio >= limits.achievedShare || load.mode !== 'open') return null;
  return {
    code: 'rate-not-reached',
    severity: 'void',
    message: `Requests were sent at ${percentText(ratio)} of the planned ${load.ratePerSecond}/s (at least ${percentText(limits.achievedShare)} is needed): the load was lighter than planned`,
    hint: 'Lower the rate, or raise --max-in-flight where it is set.',
  };
};

/** What is due and not sent would have been the slowest: leaving it out flatters the server. */
export const unsentRequests: Gate = ({samples, plannedRequests, unsent}) => {
  const missing = Math.max(unsent, (plannedRequests ?? 0) - samples.length);
  if (missing <= 0) return null;
  const planned = plannedRequests ?? samples.length + unsent;
  return {
    code: 'unsent',
    severity: missing > (1 - limits.achievedShare) * planned ? 'void' : 'warning',
    message: `${missing} of ${planned} planned requests were never sent: the trial ended before their turn`,
    hint: 'Lower the rate, or let the trial run to its end.',
  };
};
