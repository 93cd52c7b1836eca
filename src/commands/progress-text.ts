import type {LoadProgress} from '../load/run-load.ts';

export interface TrialPlace {
  readonly suite: string;
  /** 1-based. */
  readonly trial: number;
  readonly trials: number;
  /** Milliseconds since the first trial began. */
  readonly elapsedMs: number;
}

/** How far a trial is, 0…1; null while nothing says so. */
const fractionOf = ({totalRequests, ended, totalMs, elapsedMs, phase}: LoadProgress): number | null => {
  if (phase === 'warmup') return 0;
  if (totalRequests !== null) return Math.min(1, ended / totalRequests);
  if (totalMs !== null) return Math.min(1, elapsedMs / totalMs);
  return null;
};

/** The run's time to go, from the share that is done; trials are taken as equally long, which a first look can live with. */
const etaSeconds = (place: TrialPlace, fraction: number | null): number | null => {
  const done = (place.trial - 1 + (fraction ?? 0)) / place.trials;
  return done < 0.02 ? null : (place.elapsedMs / 1000) * (1 / done - 1);
};

const rounded = (value: number) =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);

/** `starts in 42 s`; else `5 of 8 shards ready`, `warm-up`, `32/48`, `55.1 req/s`, `TTFT p50 21.3 p99 40.8 ms`: what there is of them. */
export const loadParts = (progress: LoadProgress): readonly string[] => {
  const {shards, startsInMs} = progress;
  if (startsInMs !== undefined) return [`starts in ${Math.ceil(startsInMs / 1000)} s`];
  const parts: string[] = [];
  if (shards !== undefined && shards.ready < shards.of) parts.push(`${shards.ready} of ${shards.of} shards ready`);
  if (shards !== undefined && shards.done > 0) parts.push(`${shards.done} of ${shards.of} shards done`);
  if (progress.phase === 'warmup') parts.push('warm-up');
  const of = progress.totalRequests === null ? '' : `/${progress.totalRequests}`;
  parts.push(`${progress.ended}${of}`);
  if (progress.failed > 0) parts.push(`${progress.failed} failed`);
  if (progress.requestsPerSecond !== null) parts.push(`${rounded(progress.requestsPerSecond)} req/s`);
  if (progress.ttftP50Ms !== null) {
    const p99 = progress.ttftP99Ms === null ? '' : ` p99 ${rounded(progress.ttftP99Ms)}`;
    parts.push(`TTFT p50 ${rounded(progress.ttftP50Ms)}${p99} ms`);
  }
  return parts;
};

/** `chat · trial 1 of 4 · 32/48 · 55.1 req/s · TTFT p50 21.3 p99 40.8 ms · ETA 12 s` */
export const progressText = (place: TrialPlace, progress: LoadProgress): string => {
  const parts = [place.suite, `trial ${place.trial} of ${place.trials}`, ...loadParts(progress)];
  // While it waits nothing is done, and what was done tells ever less of the rest.
  const eta = progress.startsInMs === undefined ? etaSeconds(place, fractionOf(progress)) : null;
  if (eta !== null) parts.push(`ETA ${Math.ceil(eta)} s`);
  return parts.join(' · ');
};
