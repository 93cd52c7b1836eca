import type {ClockReading} from '../schema/rehearsal.ts';

/** Two clocks part by so much in a ms at most: NTP sets one right by no more. */
export const driftPerMs = 500e-6;

/** Between two readings a clock is taken to run evenly: so far it may be from that. */
const betweenMs = (one: ClockReading, other: ClockReading): number =>
  Math.max(one.errorMs, other.errorMs) + (driftPerMs * Math.abs(other.atMs - one.atMs)) / 2;

const inOrder = (readings: readonly ClockReading[]): ClockReading[] =>
  readings.toSorted((one, other) => one.atMs - other.atMs);

/** How far a clock may be from what its readings say of it, at any time from the first one to the last; 0 without any. */
export const clockErrorMs = (readings: readonly ClockReading[]): number => {
  const [first, ...others] = inOrder(readings);
  if (first === undefined) return 0;
  let [worst, before] = [first.errorMs, first];
  for (const reading of others) {
    worst = Math.max(worst, betweenMs(before, reading));
    before = reading;
  }
  return worst;
};

/** Those that make the clock known better than their neighbours alone do, in their order; the first one and the last always. */
export const tellingReadings = (readings: readonly ClockReading[]): ClockReading[] => {
  const kept = inOrder(readings);
  for (let at = 1; at < kept.length - 1; ) {
    const [before, reading, after] = kept.slice(at - 1, at + 2) as [ClockReading, ClockReading, ClockReading];
    const without = betweenMs(before, after);
    if (without < Math.max(betweenMs(before, reading), betweenMs(reading, after))) kept.splice(at, 1);
    else at += 1;
  }
  return kept;
};
