import type {Stepper} from './stepper.ts';

/** Milliseconds of the machine's monotonic clock: the same in every thread and process. */
export const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/** A clock and its one alarm. */
export interface Clockwork {
  nowMs(): number;
  /** Rings once at or after `atMs`; setting it again forgets the earlier time. */
  setAlarm(atMs: number, ring: () => void): void;
  clearAlarm(): void;
}

export const realClockwork = (): Clockwork => {
  let timer: NodeJS.Timeout | undefined;
  let immediate: NodeJS.Immediate | undefined;
  const clearAlarm = () => {
    clearTimeout(timer);
    clearImmediate(immediate);
  };
  return {
    nowMs: monotonicMs,
    setAlarm(atMs, ring) {
      clearAlarm();
      const waitMs = atMs - monotonicMs();
      // A timer of Node's takes a millisecond at least: who is late already catches up without one, but lets sockets have their turn.
      if (waitMs > 0) timer = setTimeout(ring, waitMs);
      else immediate = setImmediate(ring);
    },
    clearAlarm,
  };
};

export interface Driver {
  /** To be called when the stepper has got something to do. */
  wake(): void;
  /** Nothing goes on so long: the step that runs, or else the next one, is over so much later. */
  stall(ms: number): void;
  stop(): void;
}

/**
 * Runs a stepper in real time. Deadlines are absolute: a step begins when the one before it was due to end, however late
 * the timer was, so lateness is never added up.
 */
export const drive = <Event>(
  stepper: Stepper<Event>,
  clockwork: Clockwork,
  deliver: (event: Event) => void,
): Driver => {
  let endsAtMs = -Infinity;
  let stepping = false;

  const advance = () => {
    if (stepping && clockwork.nowMs() >= endsAtMs) {
      stepping = false;
      for (const event of stepper.end()) deliver(event);
    }
    if (!stepping) {
      const readyAtMs = stepper.readyAtMs();
      if (readyAtMs === null) return;
      const nowMs = clockwork.nowMs();
      // Busy all along: the next step follows the last one. Idle before: it begins when the work was there, not when the timer rang.
      const beginsAtMs = Math.max(endsAtMs, readyAtMs);
      if (beginsAtMs > nowMs) return clockwork.setAlarm(beginsAtMs, advance);
      endsAtMs = beginsAtMs + stepper.begin(beginsAtMs);
      stepping = true;
    }
    clockwork.setAlarm(endsAtMs, advance);
  };

  return {
    wake() {
      if (!stepping) advance();
    },
    stall(ms) {
      endsAtMs = Math.max(endsAtMs, clockwork.nowMs()) + ms;
      if (stepping) clockwork.setAlarm(endsAtMs, advance);
    },
    stop: () => clockwork.clearAlarm(),
  };
};
