import type {OkSample} from '../schema/sample.ts';
import {e2eMs, tokenGapsMs, ttftMs} from '../stats/latency.ts';
import {percentile} from '../stats/percentile.ts';

/** What the simulated engine is compared with a real one by, and in which unit. */
export const measureUnits = {TTFT: 'ms', ITL: 'ms', E2E: 'ms', requests: 'req/s'} as const;
export type MeasureName = keyof typeof measureUnits;
export const measureNames = Object.keys(measureUnits) as MeasureName[];

/** Null where nothing was streamed. */
export type Measures = Readonly<Record<MeasureName, number | null>>;

/** One number for many. */
type Centre = (sorted: Float64Array) => number;
export const median: Centre = sorted => percentile(sorted, 0.5);

/** The mean of the middle half: as deaf to a pause as the median, but it moves a little when the engine changes a little. */
export const middleMean: Centre = sorted => {
  const middle = sorted.subarray(Math.floor(sorted.length / 4), Math.ceil((sorted.length * 3) / 4));
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
};

const spanMs = (samples: readonly OkSample[]) =>
  Math.max(...samples.map(({endMs}) => endMs)) - Math.min(...samples.map(({sentMs}) => sentMs));

/** Latencies over all repetitions together; requests per second of sending. */
export const measure = (repetitions: readonly (readonly OkSample[])[], centre: Centre): Measures => {
  const samples = repetitions.flat();
  const centreOf = (values: readonly (number | null)[]) => {
    const known = values.filter(value => value !== null);
    return known.length === 0 ? null : centre(Float64Array.from(known).sort());
  };
  return {
    TTFT: centreOf(samples.map(sample => ttftMs(sample, 'sent'))),
    ITL: centreOf(samples.flatMap(tokenGapsMs)),
    E2E: centreOf(samples.map(sample => e2eMs(sample, 'sent'))),
    requests: (samples.length / repetitions.reduce((sum, repetition) => sum + spanMs(repetition), 0)) * 1000,
  };
};
