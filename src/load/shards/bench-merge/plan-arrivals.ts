import {arrivalsOf, arrivalWords} from '../../arrival-words.ts';

export interface ArrivalsJob {
  readonly seed: number;
  readonly arrivals: number;
}

/** What every worker of every shard works out before the start: when each request of the whole load is due, of which it keeps its own. */
export const planArrivalsOfAll = ({seed, arrivals}: ArrivalsJob): {readonly n: number} => {
  const load = {
    mode: 'open',
    arrivals: 'poisson',
    ratePerSecond: 1_000_000,
    maxInFlight: null,
    requests: arrivals,
    durationSeconds: null,
    warmup: 0,
  } as const;
  return {n: arrivalsOf(arrivalWords([seed, 'merge benchmark'], null), load, {index: 0, of: 1000}).total};
};
