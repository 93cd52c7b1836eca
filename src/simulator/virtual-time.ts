import type {Clockwork} from './driver.ts';

/** A clock that stands still while anything runs and then jumps to the next alarm: hours pass in a moment. */
export interface VirtualTime {
  nowMs(): number;
  /** The clock with one more alarm. */
  clockwork(): Clockwork;
  /** Rings all alarms in the order of their times, those set meanwhile too, until none is left. */
  runToEnd(): void;
}

export const virtualTime = (): VirtualTime => {
  let nowMs = 0;
  const alarms = new Map<object, {readonly atMs: number; readonly ring: () => void}>();
  const takeEarliest = () => {
    let earliest: object | undefined;
    let atMs = Number.POSITIVE_INFINITY;
    for (const [owner, alarm] of alarms) if (alarm.atMs < atMs) [earliest, atMs] = [owner, alarm.atMs];
    const alarm = earliest && alarms.get(earliest);
    if (earliest) alarms.delete(earliest);
    return alarm;
  };
  return {
    nowMs: () => nowMs,
    clockwork() {
      const owner = {};
      return {
        nowMs: () => nowMs,
        setAlarm: (atMs, ring) => alarms.set(owner, {atMs, ring}),
        clearAlarm: () => alarms.delete(owner),
      };
    },
    runToEnd() {
      for (let alarm = takeEarliest(); alarm !== undefined; alarm = takeEarliest()) {
        nowMs = Math.max(nowMs, alarm.atMs);
        alarm.ring();
      }
    },
  };
};
