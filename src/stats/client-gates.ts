import type {Trial} from '../schema/trial.ts';
import type {Gate} from './gate.ts';
import {percentText} from './gate.ts';
import {limits} from './limits.ts';

/** " (worst in second 3: 41.0 ms)", seconds counted from 1; nothing where the seconds were not recorded. */
const worstSecond = (lagsMs: readonly (number | null)[] | null | undefined): string => {
  if (lagsMs === null || lagsMs === undefined || lagsMs.length === 0) return '';
  const worstMs = Math.max(...lagsMs.map(lagMs => lagMs ?? 0));
  return ` (worst in second ${lagsMs.indexOf(worstMs) + 1}: ${worstMs.toFixed(1)} ms)`;
};

/* Gates that ask whether the client put on the load that was planned, and was not itself the bottleneck. */

/** Connections that could not be opened are requests that did not reach the server when they should have. */
export const refusedConnections: Gate = ({trial: {client}}) => {
  const refused = client.connectionsRefused ?? 0;
  if (refused === 0) return null;
  return {
    code: 'connections-refused',
    severity: 'warning',
    message: `${refused} connections could not be opened: the server's queue was full, the server was gone, or this machine had no more to give`,
    hint: "Read the first failure, if there is one; raise the server's backlog or this machine's limits (ulimit -n), or lower the concurrency.",
  };
};

/** Another client costs more and is less exact, and says so. */
export const clientSwitched: Gate = ({trial: {client}}) =>
  client.httpSwitched === null
    ? null
    : {
        code: 'client-switched',
        severity: 'note',
        message: `The requests were sent by undici, which costs up to twice the CPU of plain sockets: these refused the server's first reply (${client.httpSwitched})`,
        hint: null,
      };

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
    message: `The client was the bottleneck: its event loop lagged ${lagMs.toFixed(1)} ms at p99 (limit ${limits.lagP99Ms} ms), and its own delay is in every latency${worstSecond(client.seconds?.loopLagMaxMs)}`,
    hint: 'Stop other programs on this machine, spread the load with --workers, or lower the concurrency or rate.',
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
    message: `Requests left ${lagMs.toFixed(1)} ms after their planned time at p99 (limit ${limits.lagP99Ms} ms): ${queued ? `all ${limit} places in flight were taken` : `the client was the bottleneck${worstSecond(client.seconds?.scheduleLagMaxMs)}`}`,
    hint: queued
      ? 'Raise --max-in-flight, or lower the rate.'
      : 'Stop other programs on this machine, spread the load with --workers, or lower the rate.',
  };
};

export const rateNotReached: Gate = ({trial: {client, load}}) => {
  const ratio = client.achievedRateRatio;
  if (ratio === null || ratio >= limits.achievedShare || load.mode !== 'open') return null;
  return {
    code: 'rate-not-reached',
    severity: 'void',
    message: `Requests were sent at ${percentText(ratio)} of the planned ${load.ratePerSecond}/s (at least ${percentText(limits.achievedShare)} is needed): the load was lighter than planned`,
    hint:
      load.arrivals === 'trace'
        ? 'Lower --trace-speed, or raise --max-in-flight where it is set.'
        : 'Lower the rate, or raise --max-in-flight where it is set.',
  };
};

interface Unsent {
  readonly trial: Pick<Trial, 'counts' | 'workload'>;
  /** Requests that were sent. */
  readonly seen: number;
}

/** Why planned requests were never sent, and what can be done. */
const whyUnsent = ({trial: {counts, workload}, seen}: Unsent): {readonly why: string; readonly hint: string} => {
  if (workload.kind === 'trace' && seen >= workload.rows)
    return {
      why: `the trace ran out after its ${workload.rows} requests`,
      hint: 'Lower the rate or the duration, or give a longer trace.',
    };
  if (counts.failed > 0 && workload.kind === 'prefix' && workload.history === 'engine')
    return {why: 'a failed turn ended their conversation', hint: 'See why requests failed.'};
  return {why: 'the trial ended before their turn', hint: 'Lower the rate, or let the trial run to its end.'};
};

/** What is due and not sent would have been the slowest: leaving it out flatters the server. */
export const unsentRequests: Gate = ({trial, plannedRequests, unsent}) => {
  const seen = trial.counts.ok + trial.counts.failed;
  const missing = Math.max(unsent, (plannedRequests ?? 0) - seen);
  if (missing <= 0) return null;
  const planned = plannedRequests ?? seen + unsent;
  const {why, hint} = whyUnsent({trial, seen});
  return {
    code: 'unsent',
    severity: missing > (1 - limits.achievedShare) * planned ? 'void' : 'warning',
    message: `${missing} of ${planned} planned requests were never sent: ${why}`,
    hint,
  };
};
