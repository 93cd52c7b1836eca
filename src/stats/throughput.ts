import type {Trial} from '../schema/record.ts';
import type {OkSample, Sample} from '../schema/sample.ts';

/** Milliseconds from the trial's start. An event belongs to the window (start, end]. */
export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

/** Something that arrived: `amount` tokens, items or requests. */
export interface Arrival {
  readonly atMs: number;
  readonly amount: number;
}

const inside = (atMs: number, {startMs, endMs}: Span) => atMs > startMs && atMs <= endMs;

/** From the first request sent to the last one ended, failed ones included; null where nothing was sent. */
export const wholeSpan = (samples: readonly Sample[]): Span | null => {
  if (samples.length === 0) return null;
  let [startMs, endMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const sample of samples) {
    startMs = Math.min(startMs, sample.sentMs);
    endMs = Math.max(endMs, sample.endMs);
  }
  return {startMs, endMs};
};

/** The steady part where the load knew one, else everything; null where nothing succeeded or no time passed. */
export const windowOf = (samples: readonly Sample[], steady: Span | null): Trial['window'] => {
  const span = steady ?? wholeSpan(samples);
  if (span === null || span.endMs <= span.startMs || !samples.some(({outcome}) => outcome === 'ok')) return null;
  return {startMs: span.startMs, endMs: span.endMs, kind: steady === null ? 'whole' : 'steady'};
};

/** What arrived inside the window, per second. */
export const perSecond = (arrivals: Iterable<Arrival>, window: Span): number => {
  let total = 0;
  for (const {atMs, amount} of arrivals) if (inside(atMs, window)) total += amount;
  return (total * 1000) / (window.endMs - window.startMs);
};

export const requestArrivals = (samples: readonly OkSample[]): Arrival[] =>
  samples.map(({endMs}) => ({atMs: endMs, amount: 1}));

/** Texts or documents, all at once when their reply is complete. */
export const itemArrivals = (samples: readonly OkSample[]): Arrival[] =>
  samples.map(({endMs, items}) => ({atMs: endMs, amount: items}));

/**
 * Output tokens by the stamps of the events that brought them; a request's tokens are spread evenly over its events
 * where the server does not tell how many each one brought. Null when any request's tokens cannot be placed.
 */
export const tokenArrivals = (samples: readonly OkSample[]): Arrival[] | null => {
  const arrivals: Arrival[] = [];
  for (const {tokenEventsMs, tokensPerEvent, outputTokens} of samples) {
    if (tokensPerEvent === null && (outputTokens === null || tokenEventsMs.length === 0)) return null;
    const each = (outputTokens ?? 0) / tokenEventsMs.length;
    for (const [event, atMs] of tokenEventsMs.entries()) arrivals.push({atMs, amount: tokensPerEvent?.[event] ?? each});
  }
  return arrivals;
};
