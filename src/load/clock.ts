/** Milliseconds on a clock that only runs forwards: setting the wall clock does not move it. */
export interface Clock {
  now(): number;
}

/**
 * A microsecond: finer than what the clock of a busy process tells. Everything that is measured is rounded when it is
 * stamped, so that numbers worked out again from the samples on disk are the same to the last digit.
 */
export const toMicrosecond = (ms: number): number => Math.round(ms * 1000) / 1000;

/** A clock that shows 0 at the trial's start, which is when it was last restarted. */
export interface TrialClock extends Clock {
  restart(): void;
}

export const trialClock = (): TrialClock => {
  let startedAt = performance.now();
  return {
    now: () => toMicrosecond(performance.now() - startedAt),
    restart() {
      startedAt = performance.now();
    },
  };
};
