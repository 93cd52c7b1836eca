import type {PerSecond} from '../../../schema/per-second.ts';
import {type ChartPoint, gap} from '../../charts/chart-spec.ts';

/** More points than this are not told apart on a screen. */
const mostPoints = 900;

export interface Span {
  /** Middle of it, in seconds since the start. */
  readonly at: number;
  readonly from: number;
  readonly to: number;
  readonly seconds: readonly PerSecond[];
}

/** The seconds themselves, or equal stretches of them where they are too many to draw. */
export const spansOf = (seconds: readonly PerSecond[]): readonly Span[] => {
  const size = Math.max(1, Math.ceil(seconds.length / mostPoints));
  return Array.from({length: Math.ceil(seconds.length / size)}, (_, place) => {
    const within = seconds.slice(place * size, (place + 1) * size);
    const from = within[0]?.second ?? 0;
    const to = (within.at(-1)?.second ?? from) + 1;
    return {at: (from + to) / 2, from, to, seconds: within};
  });
};

/** `131 s`, or `120 to 124 s`. */
export const spanText = ({from, to}: Span): string =>
  to - from <= 1 ? `second ${from}` : `seconds ${from} to ${to - 1}`;

/** Requests a second over the span. */
export const rateOf = ({seconds}: Span, count: (second: PerSecond) => number): number =>
  seconds.reduce((sum, second) => sum + count(second), 0) / seconds.length;

/** The highest of a span; null where no second has one. A percentile of percentiles would be none. */
export const highestOf = ({seconds}: Span, value: (second: PerSecond) => number | null | undefined): number | null => {
  const known = seconds.map(value).filter(one => one !== null && one !== undefined);
  return known.length === 0 ? null : Math.max(...known);
};

/** A point for each span, and a break where there is none. */
export const spanCurve = (
  spans: readonly Span[],
  value: (span: Span) => number | null,
  text: (span: Span, value: number) => string,
): {points: ChartPoint[]; texts: (string | null)[]} => {
  const read = spans.map(span => ({span, y: value(span)}));
  return {
    points: read.map(({span, y}) => (y === null ? gap : {x: span.at, y})),
    texts: read.map(({span, y}) => (y === null ? null : text(span, y))),
  };
};
