import type {Sample} from '../../schema/sample.ts';
import {percentile} from '../../stats/percentile.ts';
import type {RequestTruth, Truth} from './truth.ts';

/** What a client says of a percentile less what is true of it, in ms. */
export interface ErrorMs {
  readonly p50: number;
  readonly p99: number;
}

export interface Accuracy {
  /** Requests that the client measured whole and the server knows. */
  readonly matched: number;
  /** Requests that only one of the two knows, or that failed. */
  readonly unmatched: number;
  /** Percentile less percentile, which is what a reader of a report is wronged by. */
  readonly ttft: ErrorMs;
  readonly itl: ErrorMs;
  /** To the last token. */
  readonly e2e: ErrorMs;
  /** Percentiles of what each single request's TTFT is wrong by. */
  readonly ttftEach: ErrorMs;
}

const sorted = (values: Iterable<number>) => Float64Array.from(values).sort();
const gaps = (stamps: readonly number[]) => stamps.slice(1).map((stamp, index) => stamp - (stamps[index] ?? stamp));

const errorOf = (reported: readonly number[], true_: readonly number[]): ErrorMs => {
  const [seen, real] = [sorted(reported), sorted(true_)];
  const at = (q: number) => percentile(seen, q) - percentile(real, q);
  return {p50: at(0.5), p99: at(0.99)};
};

interface Pair {
  readonly sample: Sample;
  readonly truth: RequestTruth;
}

const pairsOf = (samples: readonly Sample[], {requests}: Truth): Pair[] => {
  const truths = new Map(requests.map(truth => [truth.id, truth]));
  return samples.flatMap(sample => {
    const truth = truths.get(sample.id);
    return sample.outcome === 'ok' && truth !== undefined ? [{sample, truth}] : [];
  });
};

/**
 * How far the client's times are from the server's, request by request of the same id. The server counts from reading
 * the request, the client from sending it: time that the request spends in between is an error of the client's here.
 * Null where no request has gaps between tokens on both sides.
 */
export const accuracyOf = (samples: readonly Sample[], truth: Truth): Accuracy | null => {
  const pairs = pairsOf(samples, truth).filter(
    pair => pair.sample.tokenEventsMs.length > 1 && pair.truth.writtenMs.length > 1,
  );
  if (pairs.length === 0) return null;
  const seen = pairs.map(({sample: {sentMs, tokenEventsMs}}) => ({
    ttft: (tokenEventsMs[0] ?? sentMs) - sentMs,
    e2e: (tokenEventsMs.at(-1) ?? sentMs) - sentMs,
  }));
  const real = pairs.map(({truth: {readMs, writtenMs}}) => ({
    ttft: (writtenMs[0] ?? readMs) - readMs,
    e2e: (writtenMs.at(-1) ?? readMs) - readMs,
  }));
  const each = sorted(seen.map(({ttft}, index) => ttft - (real[index]?.ttft ?? 0)));
  return {
    matched: pairs.length,
    unmatched: Math.max(samples.length, truth.requests.length) - pairs.length,
    ttft: errorOf(
      seen.map(({ttft}) => ttft),
      real.map(({ttft}) => ttft),
    ),
    itl: errorOf(
      pairs.flatMap(pair => gaps(pair.sample.tokenEventsMs)),
      pairs.flatMap(pair => gaps(pair.truth.writtenMs)),
    ),
    e2e: errorOf(
      seen.map(({e2e}) => e2e),
      real.map(({e2e}) => e2e),
    ),
    ttftEach: {p50: percentile(each, 0.5), p99: percentile(each, 0.99)},
  };
};

/**
 * Requests a second while all slots of a closed loop were running: the first sends are when slots began, the last
 * `concurrency` ends are when they stopped, as an end before those was followed by a send. What the client loses between
 * an end and the next send counts against it.
 */
export const requestsPerSecond = (
  samples: readonly Pick<Sample, 'sentMs' | 'endMs'>[],
  concurrency: number,
): number | null => {
  const begins = sorted(samples.map(({sentMs}) => sentMs)).subarray(0, concurrency);
  const ends = sorted(samples.map(({endMs}) => endMs)).subarray(-concurrency);
  const slotMs = ends.reduce((sum, endMs, slot) => sum + endMs - (begins[slot] ?? endMs), 0);
  return slotMs > 0 ? (concurrency * samples.length * 1000) / slotMs : null;
};

/** Requests a second that as many slots would come to without a client's help: the server's plan alone. */
export const askedPerSecond = ({requests}: Truth, concurrency: number): number | null => {
  const plannedMs = requests.reduce((sum, request) => sum + request.plannedMs, 0);
  return plannedMs > 0 ? (concurrency * requests.length * 1000) / plannedMs : null;
};

export interface ScheduleAccuracy {
  /** Latency from schedule as the client told it and as it was, in ms. */
  readonly told: {readonly p50: number; readonly p90: number; readonly p99: number};
  readonly real: ScheduleAccuracy['told'];
  /** Largest of the differences of single requests, without sign. */
  readonly worstMs: number;
  /** The last request's send, less its schedule. */
  readonly lastLagMs: number;
}

/**
 * Of uniform arrivals, whose plan is known without the client's stamps: request k is due k gaps after the plan begins,
 * and since none is sent early, the most punctual of them tells when that was. Null where nothing can be matched.
 */
export const scheduleAccuracyOf = (
  samples: readonly Sample[],
  truth: Truth,
  gapMs: number,
): ScheduleAccuracy | null => {
  const planned = pairsOf(samples, truth).sort((a, b) => (a.sample.scheduledMs ?? 0) - (b.sample.scheduledMs ?? 0));
  const last = planned.at(-1);
  if (last === undefined) return null;
  const planMs = Math.min(...planned.map(({truth: {readMs}}, place) => readMs - place * gapMs));
  const told = planned.map(({sample}) => (sample.lastTokenMs ?? sample.endMs) - (sample.scheduledMs ?? sample.sentMs));
  const real = planned.map(
    ({truth: {readMs, writtenMs}}, place) => (writtenMs.at(-1) ?? readMs) - (planMs + place * gapMs),
  );
  const shares = (values: readonly number[]) => {
    const ascending = sorted(values);
    return {p50: percentile(ascending, 0.5), p90: percentile(ascending, 0.9), p99: percentile(ascending, 0.99)};
  };
  return {
    told: shares(told),
    real: shares(real),
    worstMs: Math.max(...told.map((value, place) => Math.abs(value - (real[place] ?? 0)))),
    lastLagMs: last.sample.sentMs - (last.sample.scheduledMs ?? last.sample.sentMs),
  };
};

/** How late requests were sent, in ms; null where none was scheduled. */
export const sendLagOf = (samples: readonly Pick<Sample, 'sentMs' | 'scheduledMs'>[]): ErrorMs | null => {
  const lags = sorted(samples.flatMap(({sentMs, scheduledMs}) => (scheduledMs === null ? [] : [sentMs - scheduledMs])));
  return lags.length === 0 ? null : {p50: percentile(lags, 0.5), p99: percentile(lags, 0.99)};
};
