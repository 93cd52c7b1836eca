/** Milliseconds on a clock that only runs forwards: setting the wall clock does not move it. */
export interface Clock {
  now(): number;
}

/** A clock that shows 0 at the trial's start, which is when it was last restarted. */
export interface TrialClock extends Clock {
  restart(): void;
}

export const trialClock = (): TrialClock => {
  let startedAt = performance.now();
  return {
    now: () => performance.now() - startedAt,
    restart() {
      startedAt = performance.now();
    },
  };
};
