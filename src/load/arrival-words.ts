import type {LoadSpec} from '../schema/suite.ts';
import {seededRandom} from '../workloads/random.ts';
import {type PlannedArrivals, planArrivals} from './arrivals.ts';

/** What the arrivals of an open loop are made of: words that can be written down and sent, however many arrivals there are. */
export interface ArrivalWords {
  /** Of `seededRandom`: a seed and what it is drawn for. */
  readonly seed: readonly [number, ...(string | number)[]];
  /** The times of a trace, ms as doubles (little endian) in base64; null where the arrivals are no trace's. */
  readonly traceMs: string | null;
}

export const arrivalWords = (seed: ArrivalWords['seed'], traceMs: Float64Array | null): ArrivalWords => ({
  seed,
  traceMs: traceMs && Buffer.from(traceMs.buffer, traceMs.byteOffset, traceMs.byteLength).toString('base64'),
});

const timesOf = (base64: string): Float64Array => {
  const bytes = Uint8Array.from(Buffer.from(base64, 'base64')); // a buffer of its own: doubles must lie at multiples of 8
  return new Float64Array(bytes.buffer);
};

/** When each arrival of this part of the load is due; none where it is not an open loop. */
export const arrivalsOf = (
  words: ArrivalWords | null,
  load: LoadSpec,
  part: {readonly index: number; readonly of: number},
): PlannedArrivals => {
  if (load.mode !== 'open' || words === null) return {total: 0, dueMs: []};
  const {seed, traceMs} = words;
  return planArrivals(load, seededRandom(...seed), traceMs === null ? null : timesOf(traceMs), part);
};
