import {monitorEventLoopDelay} from 'node:perf_hooks';
import type {ClientHealth} from '../schema/record.ts';
import {percentile} from '../stats/percentile.ts';

const resolutionMs = 1;

/** The histogram holds the time between two firings of a timer: what is beyond its interval is the delay. */
const delayMs = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - resolutionMs);

export interface HealthWatch extends Disposable {
  /** What the client's own thread cost since the watch began. */
  read(requests: number): Pick<ClientHealth, 'loopLagP99Ms' | 'loopLagMaxMs' | 'cpuMsPerRequest'>;
}

/** Watches this thread's event loop and CPU from now on. */
export const watchHealth = (): HealthWatch => {
  const delays = monitorEventLoopDelay({resolution: resolutionMs});
  delays.enable();
  const cpuBefore = process.threadCpuUsage();
  return {
    read(requests) {
      const cpu = process.threadCpuUsage(cpuBefore);
      return {
        loopLagP99Ms: delays.count === 0 ? null : delayMs(delays.percentile(99)),
        loopLagMaxMs: delays.count === 0 ? null : delayMs(delays.max),
        cpuMsPerRequest: (cpu.user + cpu.system) / 1000 / Math.max(1, requests),
      };
    },
    [Symbol.dispose]: () => delays.disable(),
  };
};

/** The 99th percentile of sent - scheduled; null where nothing was scheduled. */
export const scheduleLagP99Ms = (lagsMs: readonly number[]): number | null =>
  lagsMs.length === 0 ? null : percentile(Float64Array.from(lagsMs).sort(), 0.99);
