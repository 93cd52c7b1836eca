import type {Sample} from '../../schema/sample.ts';
import type {Weighted} from './spread.ts';

/** How many requests were in flight, and for how many ms, from the first send to the last end. */
export const requestsInFlight = (samples: readonly Sample[]): Weighted[] => {
  const changes = samples
    .flatMap(({sentMs, endMs}) => [[sentMs, 1] as const, [endMs, -1] as const])
    .sort(([a], [b]) => a - b);
  let inFlight = 0;
  return changes.map(([atMs, change], place) => {
    inFlight += change;
    return [inFlight, (changes[place + 1]?.[0] ?? atMs) - atMs];
  });
};
