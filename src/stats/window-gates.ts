import type {WorkloadSpec} from '../schema/workload.ts';
import type {Gate} from './gate.ts';
import {isOffBy} from './gate.ts';
import {limits} from './limits.ts';
import {minimumForP99} from './percentile.ts';

/** Gates that ask whether the numbers stand for more than this one trial. */
export const noSteadyWindow: Gate = ({trial: {window, load}}) => {
  if (window?.kind !== 'whole') return null;
  const open = load.mode === 'open';
  return {
    code: 'no-steady-window',
    severity: 'warning',
    message: open
      ? `Requests arrived for less than ${limits.steadyLatencies} times their mean latency: too short for a steady part, or they piled up. Throughput counts the start and the drain too`
      : 'The trial was too short for a steady part: throughput counts the start-up burst and the drain too',
    hint: `Raise --requests or --duration${open ? '; if it stays, lower the rate' : ''}.`,
  };
};

export const p99NotCertified: Gate = ({trial}) => {
  const latency = trial.ttftMs ?? trial.e2eMs;
  if (latency === null || latency.p99 !== null) return null;
  return {
    code: 'p99-not-certified',
    severity: 'note',
    message: `No P99: n too small (have ${latency.n}, need ${minimumForP99})`,
    hint: `Use --requests ${minimumForP99} or more.`,
  };
};

/** Whether users pause between two requests: then slots are planned to stand empty for a while. */
const usersThink = (workload: WorkloadSpec): boolean => workload.kind === 'prefix' && (workload.thinkSeconds ?? 0) > 0;

/**
 * Little's law, L = λW, in the steady window. A closed loop fixes L: every slot is always in flight. An open loop, and
 * users who think, leave L to the server, and there the two sides differ where requests pile up or drain away.
 */
export const littlesLaw: Gate = ({trial: {window, load, workload}, facts}) => {
  if (window?.kind !== 'steady') return null;
  const free = load.mode === 'open' || usersThink(workload);
  const inFlight = facts.meanInFlight;
  const expected = free ? facts.rateTimesLatency : load.concurrency;
  if (inFlight === null || expected === null || !isOffBy(limits.littlesLawShare, inFlight, expected)) return null;
  return {
    code: 'littles-law',
    severity: 'warning',
    message: free
      ? `${inFlight.toFixed(1)} requests were in flight on average where rate times latency gives ${expected.toFixed(1)}: requests piled up or drained away, or the window is short`
      : `${inFlight.toFixed(1)} requests were in flight on average where ${expected} were planned: slots stood empty`,
    hint: free
      ? `${load.mode === 'open' ? 'Lower the rate, or measure' : 'Measure'} for longer.`
      : 'Measure for longer; if it stays, the client is too slow for this concurrency.',
  };
};
