import type {ClientLine} from '../../../schema/journal.ts';
import type {ClockReading} from '../../../schema/rehearsal.ts';
import {toMicrosecond} from '../../clock.ts';

/** What one clock shows when another one shows `ms`. */
export type ToHere = (ms: number) => number;

/**
 * From a pod's monotonic clock to this machine's, by two readings or more: between two of them the offset changes evenly, as the clocks'
 * quartzes run, and so a day's drift is taken out. Before the first one and after the last it is as in that one.
 */
export const clockBetween = (readings: readonly ClockReading[]): ToHere => {
  /** By the pod's clock, in its order. */
  const known = readings
    .map(({atMs, offsetMs}) => ({podMs: atMs - offsetMs, offsetMs}))
    .toSorted((one, other) => one.podMs - other.podMs);
  const [first, last] = [known[0], known.at(-1)];
  if (first === undefined || last === undefined) throw new TypeError('no clock without a reading');
  let at = 0;
  const offsetAt = (ms: number): number => {
    if (ms <= first.podMs) return first.offsetMs;
    if (ms >= last.podMs) return last.offsetMs;
    // Lines of a journal come nearly in order.
    while ((known[at]?.podMs ?? 0) > ms) at -= 1;
    while ((known[at + 1]?.podMs ?? 0) <= ms) at += 1;
    const [before, after] = [known[at] ?? first, known[at + 1] ?? last];
    const share = (ms - before.podMs) / (after.podMs - before.podMs);
    return before.offsetMs + share * (after.offsetMs - before.offsetMs);
  };
  return ms => toMicrosecond(ms + offsetAt(ms));
};

/** A line of a journal by another clock. */
export const shiftLine = (line: ClientLine, toHere: ToHere): ClientLine => {
  const {scheduledMs, sentMs} = line;
  const sent = {scheduledMs: toHere(scheduledMs), sentMs: toHere(sentMs)};
  if (line.event === 'sent') return {...line, ...sent};
  const orNull = (ms: number | null) => (ms === null ? null : toHere(ms));
  const {firstByteMs, firstTokenMs, endMs} = line;
  return {
    ...{...line, ...sent},
    ...{firstByteMs: orNull(firstByteMs), firstTokenMs: orNull(firstTokenMs), endMs: toHere(endMs)},
  };
};
