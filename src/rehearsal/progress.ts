import type {GatewayLine} from '../schema/journal.ts';
import type {Watched} from '../verdict/rehearsal/watch-candidate.ts';
import type {RehearsalRun} from './rehearsal-run.ts';

const windowMs = 2000;

/** `34 req/s · 17 to the candidate · 0 not served`, of the last seconds. */
export const trafficText = (lines: readonly GatewayLine[], nowMs: number): string => {
  const recent = lines.filter(({endMs, mirror}) => endMs > nowMs - windowMs && !mirror);
  const rate = (count: number) => (count / (windowMs / 1000)).toFixed(0);
  const candidate = recent.filter(({target}) => target === 'candidate').length;
  const unserved = recent.filter(({outcome}) => outcome !== 'served').length;
  return `${rate(recent.length)} req/s · ${rate(candidate)} to the candidate · ${unserved} not served`;
};

/** `watch · 34 req/s · … · healthy` */
export const progressText = (run: RehearsalRun, nowMs: number, seen: Watched | null): string =>
  [
    run.stage?.name ?? '',
    trafficText(run.readings?.lines ?? [], nowMs),
    ...(seen === null ? [] : [seen.outcome === 'healthy' ? 'healthy' : seen.detail]),
  ].join(' · ');
