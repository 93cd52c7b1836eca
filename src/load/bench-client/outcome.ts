import type {Accuracy, ErrorMs, ScheduleAccuracy} from './accuracy.ts';
import {waitedForCoreMs} from './disturbance.ts';
import type {Truth} from './truth.ts';

/** What one client did in one scenario. Null is "not measured", or "has no meaning here". */
export interface Outcome {
  readonly completed: number;
  readonly failed: number;
  /** Of the first failed request. */
  readonly failure: string | null;
  /** Requests that the server read. */
  readonly served: number;
  /** Token events that the client counted, and that the server wrote. */
  readonly events: number;
  readonly eventsSent: number;
  /** Replies that ran at once, at most, as the server counted them; 0 where replies are written at once. */
  readonly streamsHeld: number;
  /** Connections open at once, at most, as the server counted them. */
  readonly connections: number;
  readonly requestsPerSecond: number | null;
  readonly eventsPerSecond: number | null;
  /** What the server's plan alone would come to. */
  readonly eventsAskedPerSecond: number | null;
  /** User and system time of the client's process, its start included. */
  readonly cpuSeconds: number;
  /** Of that, what was spent before the load: on starting the process and loading the client's code. */
  readonly startCpuSeconds: number;
  readonly peakMemoryMb: number;
  /** How long the client and the server were ready to run while something else had their core. */
  readonly clientWaitedMs: number | null;
  readonly serverWaitedMs: number | null;
  readonly accuracy: Accuracy | null;
  readonly schedule: ScheduleAccuracy | null;
  readonly sendLag: ErrorMs | null;
}

/** User and system time of this process up to now, in seconds. */
export const cpuSecondsSoFar = (): number => {
  const {userCPUTime, systemCPUTime} = process.resourceUsage();
  return (userCPUTime + systemCPUTime) / 1e6;
};

/** The process's cost up to now: read before the truth is fetched, which is no part of the client's work. */
export const costSoFar = (): Pick<Outcome, 'cpuSeconds' | 'peakMemoryMb' | 'clientWaitedMs'> => {
  return {
    cpuSeconds: cpuSecondsSoFar(),
    peakMemoryMb: process.resourceUsage().maxRSS / 1024,
    clientWaitedMs: waitedForCoreMs(),
  };
};

export const fetchTruth = async (port: number): Promise<Truth> =>
  (await (await fetch(`http://127.0.0.1:${port}/truth`)).json()) as Truth;

/** CPU seconds per million token events. */
export const cpuPerMillion = ({cpuSeconds, events}: Pick<Outcome, 'cpuSeconds' | 'events'>): number | null =>
  events > 0 ? (cpuSeconds * 1e6) / events : null;
