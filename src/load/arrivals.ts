import {FloatColumn} from '../schema/float-column.ts';
import type {LoadSpec} from '../schema/suite.ts';
import {toMicrosecond} from './clock.ts';
import {gammaOfMeanOne} from './gamma.ts';

export type OpenLoad = Extract<LoadSpec, {mode: 'open'}>;

/** The running sum of what `draw` gives. */
const sumOf = (draw: () => number): (() => number) => {
  let sum = 0;
  return () => {
    sum += draw();
    return sum;
  };
};

/** The next arrival of a Poisson process at every call, in ms from its start; it has no end. */
export const poissonTimes = (ratePerSecond: number, random: () => number): (() => number) => {
  const meanGapMs = 1000 / ratePerSecond;
  // 1 - random() is in (0, 1]: its logarithm is finite.
  return sumOf(() => -Math.log(1 - random()) * meanGapMs);
};

/** When arrival `index` is due, in ms from the start; asked for one after another, from 0 on. */
const dueTimes = (load: OpenLoad, random: () => number, traceMs: Float64Array | null): ((index: number) => number) => {
  const meanGapMs = 1000 / load.ratePerSecond;
  switch (load.arrivals) {
    case 'uniform':
      // A product, not a sum of gaps: thousands of additions would drift.
      return index => index * meanGapMs;
    case 'poisson':
      return poissonTimes(load.ratePerSecond, random);
    case 'gamma': {
      const draw = gammaOfMeanOne(load.burstiness, random);
      return sumOf(() => draw() * meanGapMs);
    }
    case 'trace': {
      if (traceMs === null) throw new TypeError('the arrival times of the trace are not given');
      const [startMs = 0] = traceMs;
      return index => ((traceMs[index] ?? Number.POSITIVE_INFINITY) - startMs) / load.trace.speed;
    }
  }
};

/** The arrivals of one part of an open loop. */
export interface PlannedArrivals {
  /** Of the whole load. */
  readonly total: number;
  /** When the part's own are due, in ms from the load's start, ascending: `index`, `index + of`, `index + 2·of` and so on of all. */
  readonly dueMs: ArrayLike<number>;
}

/**
 * The plan of an open loop: when each arrival is due, in ms from the start, ascending. Uniform arrivals are one over the
 * rate apart and begin at 0. Poisson and gamma arrivals have gaps drawn from `random`, the first one before the first
 * arrival; they keep the rate in the mean and are not stretched to meet it exactly, as vLLM's client does with its own.
 * A trace's are `traceMs` (ascending; only for a trace), from its first one on and divided by its speed. The plan ends
 * at the load's requests or before its duration, whichever comes first, and a trace's with the trace. A part draws all of them and
 * keeps its own: a load of many shards may have more than one of them can hold.
 */
export const planArrivals = (
  load: OpenLoad,
  random: () => number,
  traceMs: Float64Array | null = null,
  part: {readonly index: number; readonly of: number} = {index: 0, of: 1},
): PlannedArrivals => {
  const most = load.requests ?? Number.POSITIVE_INFINITY;
  const endMs = (load.durationSeconds ?? Number.POSITIVE_INFINITY) * 1000;
  const dueAt = dueTimes(load, random, traceMs);
  const own = new FloatColumn();
  let total = 0;
  for (; total < most; total += 1) {
    const dueMs = toMicrosecond(dueAt(total));
    if (dueMs >= endMs) break;
    if (total % part.of === part.index) own.push(dueMs);
  }
  return {total, dueMs: own.view.slice()};
};
