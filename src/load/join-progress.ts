import type {LoadProgress} from './progress.ts';

const sumOf = (all: readonly LoadProgress[], read: (progress: LoadProgress) => number | null): number | null =>
  all.every(progress => read(progress) === null) ? null : all.reduce((sum, one) => sum + (read(one) ?? 0), 0);

/** Loads that run at the same time, or the shards of one, as one: counts and rates are sums, times those of the slowest. At least one. */
export const joinProgress = (all: readonly LoadProgress[]): LoadProgress => {
  const mostOf = (read: (progress: LoadProgress) => number | null): number | null => {
    const known = all.map(read).filter(value => value !== null);
    return known.length === 0 ? null : Math.max(...known);
  };
  const shards = all.find(one => one.shards !== undefined)?.shards;
  const startsInMs = all.find(one => one.startsInMs !== undefined)?.startsInMs;
  return {
    phase: all.some(({phase}) => phase === 'warmup') ? 'warmup' : 'measure',
    sent: sumOf(all, ({sent}) => sent) ?? 0,
    ended: sumOf(all, ({ended}) => ended) ?? 0,
    failed: sumOf(all, ({failed}) => failed) ?? 0,
    inFlight: sumOf(all, ({inFlight}) => inFlight) ?? 0,
    elapsedMs: mostOf(({elapsedMs}) => elapsedMs) ?? 0,
    totalRequests: all.some(({totalRequests}) => totalRequests === null)
      ? null
      : sumOf(all, ({totalRequests}) => totalRequests),
    totalMs: mostOf(({totalMs}) => totalMs),
    requestsPerSecond: sumOf(all, ({requestsPerSecond}) => requestsPerSecond),
    ttftP50Ms: mostOf(({ttftP50Ms}) => ttftP50Ms),
    ttftP99Ms: mostOf(({ttftP99Ms}) => ttftP99Ms),
    ...(shards !== undefined && {shards}),
    ...(startsInMs !== undefined && {startsInMs}),
  };
};
