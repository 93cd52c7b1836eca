import type {ClientLine} from '../../../schema/journal.ts';
import type {ClockReading} from '../../../schema/rehearsal.ts';
import {toMicrosecond} from '../../clock.ts';

/** What one clock shows when another one shows `ms`. */
export type ToHere = (ms: number) => number;

/**
 * From a pod's monotonic clock to this machine's, by two readings: between them the offset changes evenly, as the two clocks' quartzes
 * run, and so a day's drift is taken out. Before the first one and after the second it is as in that one.
 */
export const clockBetween = (begin: ClockReading, end: ClockReading): ToHere => {
  const [fromMs, toMs] = [begin.atMs - begin.offsetMs, end.atMs - end.offsetMs];
  return ms => {
    const share = toMs <= fromMs ? 1 : Math.min(1, Math.max(0, (ms - fromMs) / (toMs - fromMs)));
    return toMicrosecond(ms + begin.offsetMs + share * (end.offsetMs - begin.offsetMs));
  };
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
