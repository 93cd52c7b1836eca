import type {Sample} from '../schema/sample.ts';
import type {Span} from '../stats/throughput.ts';

/** What a part of a load saw of its own requests, in ms on the trial's clock; infinite where it saw none. */
export interface SteadyMarks {
  readonly requests: number;
  /** When the last of its slots sent its first request. */
  readonly lastSlotMs: number;
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
    lastSlotMs: never,
    firstSentMs: notYet,
    firstEndMs: notYet,
    lastSentMs: never,
    lastEndMs: never,
  };

  /** The first request of a slot. */
  slotBegan({sentMs}: Pick<Sample, 'sentMs'>): void {
    this.#marks.lastSlotMs = Math.max(this.#marks.lastSlotMs, sentMs);
  }

  /** Every request. */
  add({sentMs, endMs}: Pick<Sample, 'sentMs' | 'endMs'>): void {
    const marks = this.#marks;
    marks.requests += 1;
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
const least = (parts: readonly SteadyMarks[], key: keyof SteadyMarks) => Math.min(...parts.map(part => part[key]));

/**
 * The steady part of a closed loop over all its parts: from when every slot was started and the first of them had come
 * to its second request, to the last send, after which slots fall empty. Null where there was no such part, or fewer
 * than three requests a slot to speak of one.
 */
export const steadySpan = (parts: readonly SteadyMarks[], slots: number): Span | null => {
  const requests = parts.reduce((sum, part) => sum + part.requests, 0);
  const startMs = Math.max(least(parts, 'firstEndMs'), most(parts, 'lastSlotMs'));
  const endMs = most(parts, 'lastSentMs');
  return requests < 3 * slots || endMs <= startMs ? null : {startMs, endMs};
};

/** From the first request sent to the last one ended, failed ones included; null where nothing was sent. */
export const wholeSpanOf = (parts: readonly SteadyMarks[]): Span | null => {
  const span = {startMs: least(parts, 'firstSentMs'), endMs: most(parts, 'lastEndMs')};
  return span.endMs < span.startMs ? null : span;
};
