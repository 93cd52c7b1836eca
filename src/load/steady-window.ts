import type {Sample} from '../schema/sample.ts';
import type {Span} from '../stats/throughput.ts';

/** What a part of a load saw of its own requests, in ms on the trial's clock; infinite where it saw none. */
export interface SteadyMarks {
  readonly requests: number;
  /** From send to end, of all of them together. */
  readonly inFlightMs: number;
  /** When the last of its slots sent its first request. */
  readonly lastSlotMs: number;
  /** When the first of its slots that had sent something found nothing more to send. */
  readonly firstDryMs: number;
  readonly firstSentMs: number;
  readonly firstEndMs: number;
  readonly lastSentMs: number;
  readonly lastEndMs: number;
}

const {NEGATIVE_INFINITY: never, POSITIVE_INFINITY: notYet} = Number;

/** Notes when slots begin, come round and run dry. */
export class SteadyWindow {
  #marks = {
    requests: 0,
    inFlightMs: 0,
    lastSlotMs: never,
    firstDryMs: notYet,
    firstSentMs: notYet,
    firstEndMs: notYet,
    lastSentMs: never,
    lastEndMs: never,
  };

  /** The first request of a slot. */
  slotBegan({sentMs}: Pick<Sample, 'sentMs'>): void {
    this.#marks.lastSlotMs = Math.max(this.#marks.lastSlotMs, sentMs);
  }

  /** A slot that sends no more, for want of sessions or of time. */
  slotRanDry(atMs: number): void {
    this.#marks.firstDryMs = Math.min(this.#marks.firstDryMs, atMs);
  }

  /** Every request. */
  add({sentMs, endMs}: Pick<Sample, 'sentMs' | 'endMs'>): void {
    const marks = this.#marks;
    marks.requests += 1;
    marks.inFlightMs += endMs - sentMs;
    marks.firstSentMs = Math.min(marks.firstSentMs, sentMs);
    marks.firstEndMs = Math.min(marks.firstEndMs, endMs);
    marks.lastSentMs = Math.max(marks.lastSentMs, sentMs);
    marks.lastEndMs = Math.max(marks.lastEndMs, endMs);
  }

  get marks(): SteadyMarks {
    return {...this.#marks};
  }
}

const most = (parts: readonly SteadyMarks[], key: keyof SteadyMarks) => Math.max(...parts.map(part => part[key]));
const sum = (parts: readonly SteadyMarks[], key: keyof SteadyMarks) =>
  parts.reduce((total, part) => total + part[key], 0);
const least = (parts: readonly SteadyMarks[], key: keyof SteadyMarks) => Math.min(...parts.map(part => part[key]));

/**
 * The steady part of a closed loop over all its parts: from when every slot was started and the first of them had come
 * to its second request, to the last send, after which slots fall empty; where the last conversations still have turns to
 * come when there are no more to begin, to the first slot that is left without one. Null where there was no such part, fewer
 * than three requests a slot to speak of one, or less time than a request takes: what ends in that is a burst and no rate.
 */
export const steadySpan = (parts: readonly SteadyMarks[], slots: number): Span | null => {
  const requests = sum(parts, 'requests');
  const startMs = Math.max(least(parts, 'firstEndMs'), most(parts, 'lastSlotMs'));
  const endMs = Math.min(most(parts, 'lastSentMs'), least(parts, 'firstDryMs'));
  const shortestMs = sum(parts, 'inFlightMs') / requests;
  return requests < 3 * slots || endMs <= startMs || endMs - startMs < shortestMs ? null : {startMs, endMs};
};

/** From the first request sent to the last one ended, failed ones included; null where nothing was sent. */
export const wholeSpanOf = (parts: readonly SteadyMarks[]): Span | null => {
  const span = {startMs: least(parts, 'firstSentMs'), endMs: most(parts, 'lastEndMs')};
  return span.endMs < span.startMs ? null : span;
};
