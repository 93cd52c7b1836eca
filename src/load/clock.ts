/** Milliseconds on a clock that only runs forwards: setting the wall clock does not move it. */
export interface Clock {
  now(): number;
}

/**
 * A microsecond: finer than what the clock of a busy process tells. Everything that is measured is rounded when it is
 * stamped, so that numbers worked out again from the samples on disk are the same to the last digit.
 */
export const toMicrosecond = (ms: number): number => Math.round(ms * 1000) / 1000;

/**
 * What `performance.now()`, which counts from the start of its own thread, must be moved by to count from the machine's.
 * Of several looks the one that took least time between its two readings is the most exact.
 */
const sinceMachineStartMs = (() => {
  let [tookMs, offsetMs] = [Number.POSITIVE_INFINITY, 0];
  for (let look = 0; look < 8; look += 1) {
    const before = performance.now();
    const machineMs = Number(process.hrtime.bigint()) / 1e6;
    const after = performance.now();
    if (after - before >= tookMs) continue;
    tookMs = after - before;
    offsetMs = machineMs - (before + after) / 2;
  }
  return offsetMs;
})();

/** Milliseconds on the machine's monotonic clock: stamps of two threads or processes can be subtracted from one another. */
export const machineNow = (): number => performance.now() + sinceMachineStartMs;

/** The machine's clock for whoever waits by it: no start of a trial moves it. */
export const machineClock: Clock = {now: machineNow};

/** A clock that shows 0 at the trial's start. */
export interface TrialClock extends Clock {
  /** Shows 0 at `machineMs`, a time of `machineNow`, from now on. */
  startAt(machineMs: number): void;
}

/** Until it is told of a start it counts from where it was made. */
export const trialClock = (): TrialClock => {
  let startedAt = performance.now();
  return {
    now: () => toMicrosecond(performance.now() - startedAt),
    startAt(machineMs) {
      startedAt = machineMs - sinceMachineStartMs;
    },
  };
};
