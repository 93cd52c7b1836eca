import {readFileSync} from 'node:fs';
import {cpus} from 'node:os';
import {setTimeout as delay} from 'node:timers/promises';

/** How long this process's main thread was ready to run and had no core, in ms; null where Linux does not tell. */
export const waitedForCoreMs = (): number | null => {
  try {
    const waitedNs = Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ')[1]);
    return Number.isFinite(waitedNs) ? waitedNs / 1e6 : null;
  } catch {
    return null;
  }
};

/** Milliseconds that the machine's cores were busy for and that they were not, up to now. */
const coreTimes = (): {busy: number; idle: number} =>
  cpus().reduce(
    ({busy, idle}, {times}) => ({
      busy: busy + times.user + times.nice + times.sys + times.irq,
      idle: idle + times.idle,
    }),
    {busy: 0, idle: 0},
  );

const lookMs = 500;
/** Share of the machine that is always taken by something. */
const quietShare = 0.05;

/** Waits until the machine has little else to do, `atMostMs` long; returns how long that took. */
export const untilQuiet = async (atMostMs: number): Promise<number> => {
  const startedMs = performance.now();
  while (performance.now() - startedMs < atMostMs) {
    const before = coreTimes();
    await delay(lookMs);
    const after = coreTimes();
    const busy = after.busy - before.busy;
    if (busy / (busy + after.idle - before.idle) < quietShare) break;
  }
  return performance.now() - startedMs;
};
