import type {Distribution} from '../schema/trial.ts';
import {CountedValues} from './counted-values.ts';
import {type Ascending, summariseAscending} from './percentile.ts';

/** Each power of two is cut into 2^9 buckets of the same width: the first nine digits of a double's fraction say which. */
const bucketBits = 9;
const bucketsOfPower = 2 ** bucketBits;
/** A nanosecond or so: what is shorter than 2^-20 ms counts as 0. */
const leastPower = -20;
/** 2^32 ms are 50 days. */
const firstPowerBeyond = 32;
/** Bucket 0 is for what is too short; the others follow the order of their values. */
export const bucketCount = 1 + (firstPowerBeyond - leastPower) * bucketsOfPower;

/**
 * A bucket from L to L + w has w = 2^-9 of a power of two that is at most L, so that its middle is at most w / 2 ≤ L / 1024 away from
 * each of its values.
 */
export const histogramError = 2 ** -(bucketBits + 1);

/** A positive double that is read as a whole number grows with it: its first 21 bits are the sign, the exponent and the bucket. */
const exponentBias = 1023;
const beforeFirst = ((exponentBias + leastPower) << bucketBits) - 1;
const double = new DataView(new ArrayBuffer(8));

const bucketOf = (ms: number): number => {
  double.setFloat64(0, ms);
  return Math.max(0, (double.getUint32(0) >>> (20 - bucketBits)) - beforeFirst);
};

const middleOf = (bucket: number): number => {
  if (bucket === 0) return 0;
  const place = bucket - 1;
  const power = 2 ** (leastPower + Math.floor(place / bucketsOfPower));
  return power * (1 + ((place % bucketsOfPower) + 0.5) / bucketsOfPower);
};

/** Sums are kept in whole nanoseconds, in two halves that are whole numbers themselves: nothing is rounded, so no order of adding matters. */
const nsPerMs = 1e6;
const carryNs = 2 ** 52;

/** Everything that a histogram is. Two of the same values, in whatever order and from however many parts, are equal in all of it. */
export interface HistogramState {
  /** How many values each bucket has. */
  readonly counts: Float64Array<ArrayBuffer>;
  minMs: number;
  maxMs: number;
  /** The sum is `sumHigh` · 2^52 + `sumLowNs`. */
  sumHigh: number;
  sumLowNs: number;
}

/**
 * Latencies in buckets, in memory that does not grow with them: 0.2 MiB, of which only pages that are counted in become resident. Where
 * values are exact (count, mean to half a nanosecond, least and greatest), so is what it says; a percentile is at most a 1024th of
 * itself away from that of the values (`percentile` interpolates linearly between two of them, each of which is). What is shorter than
 * 2^-20 ms is told as up to a nanosecond less. Histograms add up: that of several is the sum of theirs, exactly.
 */
export class LatencyHistogram {
  readonly #state: HistogramState;

  /** Of `state`, which it keeps; without it, of no values. */
  constructor(state: HistogramState = emptyState()) {
    this.#state = state;
  }

  get state(): Readonly<HistogramState> {
    return this.#state;
  }

  /** Throws a RangeError for what is no duration of less than 2^32 ms. */
  add(latencyMs: number): void {
    const ms = latencyMs + 0; // -0 is 0
    if (!(ms >= 0 && ms < 2 ** firstPowerBeyond)) throw new RangeError(`${ms} ms is no latency that can be counted`);
    const state = this.#state;
    const bucket = bucketOf(ms);
    state.counts[bucket] = (state.counts[bucket] as number) + 1;
    if (ms < state.minMs) state.minMs = ms;
    if (ms > state.maxMs) state.maxMs = ms;
    addSum(state, Math.round(ms * nsPerMs), 0);
  }

  /** Takes in all values of another one, which stays as it is. */
  merge({state: {counts, minMs, maxMs, sumHigh, sumLowNs}}: LatencyHistogram): void {
    const state = this.#state;
    for (let bucket = 0; bucket < bucketCount; bucket += 1)
      state.counts[bucket] = (state.counts[bucket] as number) + (counts[bucket] as number);
    state.minMs = Math.min(state.minMs, minMs);
    state.maxMs = Math.max(state.maxMs, maxMs);
    addSum(state, sumLowNs, sumHigh);
  }

  /** In milliseconds; null where nothing was counted. */
  summarise(): Distribution | null {
    const {sumHigh, sumLowNs} = this.#state;
    return summariseAscending(this.#ascending(), sumHigh * (carryNs / nsPerMs) + sumLowNs / nsPerMs);
  }

  /** The values of the middles, the least and the greatest as they were. */
  #ascending(): Ascending {
    const {counts, minMs, maxMs} = this.#state;
    const counted = new CountedValues();
    for (let bucket = 0; bucket < bucketCount; bucket += 1) {
      const count = counts[bucket] as number;
      if (count > 0) counted.put(middleOf(bucket), count);
    }
    const {length} = counted;
    return {
      length,
      at(index) {
        const middle = counted.at(index);
        if (middle === undefined) return undefined;
        if (index === 0) return minMs;
        // No value lies beyond the two, so that this only brings it nearer.
        return index === length - 1 ? maxMs : Math.min(Math.max(middle, minMs), maxMs);
      },
    };
  }
}

const emptyState = (): HistogramState => ({
  counts: new Float64Array(bucketCount),
  minMs: Number.POSITIVE_INFINITY,
  maxMs: Number.NEGATIVE_INFINITY,
  sumHigh: 0,
  sumLowNs: 0,
});

/** Both lower halves are below 2^52, so that their sum is exact. */
const addSum = (state: HistogramState, lowNs: number, high: number): void => {
  const low = state.sumLowNs + lowNs;
  const carried = low >= carryNs;
  state.sumLowNs = carried ? low - carryNs : low;
  state.sumHigh += carried ? high + 1 : high;
};
