import type {LoadSpec} from '../schema/suite.ts';
import {toMicrosecond} from './clock.ts';

export type OpenLoad = Extract<LoadSpec, {mode: 'open'}>;

/**
 * The plan of an open loop: when each arrival is due, in ms from the start, ascending. Uniform arrivals are one over the
 * rate apart and begin at 0; Poisson arrivals have exponential gaps from 0 on, drawn from `random`. The plan ends at
 * the load's requests or before its duration, whichever comes first.
 */
export const planArrivals = (
  {
    ratePerSecond,
    arrivals,
    requests,
    durationSeconds,
  }: Pick<OpenLoad, 'ratePerSecond' | 'arrivals' | 'requests' | 'durationSeconds'>,
  random: () => number,
): number[] => {
  const most = requests ?? Number.POSITIVE_INFINITY;
  const endMs = (durationSeconds ?? Number.POSITIVE_INFINITY) * 1000;
  const meanGapMs = 1000 / ratePerSecond;
  const due: number[] = [];
  let poissonMs = 0;
  while (due.length < most) {
    // 1 - random() is in (0, 1]: its logarithm is finite.
    if (arrivals === 'poisson') poissonMs -= Math.log(1 - random()) * meanGapMs;
    // A product, not a sum of gaps: thousands of additions would drift.
    const dueMs = toMicrosecond(arrivals === 'poisson' ? poissonMs : due.length * meanGapMs);
    if (dueMs >= endMs) break;
    due.push(dueMs);
  }
  return due;
};
