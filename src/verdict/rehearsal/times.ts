import type {Rehearsal, RehearsalEvent} from '../../schema/rehearsal.ts';
import {lastStage, type Span, spanOf} from './spans.ts';

/** What happened when, from rehearsal.json alone. */
export class RehearsalTimes {
  /** When the candidate was struck. A harness that kills itself strikes nobody: the candidate goes on being judged. */
  readonly faultMs: number | null;
  /** When the fault was noticed; null where it was not, or there was none. */
  readonly detectedMs: number | null;
  readonly cutover: Span | null;
  readonly watch: Span | null;
  readonly rollback: Span | null;
  /** What is sent and ends before is the migration's to answer for, and the rest the rollback's. */
  readonly migrationEndMs: number;
  /** When it was decided to go back, and when the route was the baseline's alone again; null where that never was. */
  readonly decidedMs: number | null;
  readonly backMs: number | null;

  constructor(rehearsal: Rehearsal) {
    const {events, scenario} = rehearsal;
    this.cutover = spanOf(rehearsal, 'cutover');
    this.watch = spanOf(rehearsal, 'watch');
    this.rollback = spanOf(rehearsal, 'rollback');
    const fault = scenario === 'harness-killed' ? undefined : events.find(({kind}) => kind === 'fault');
    this.faultMs = fault?.atMs ?? null;
    const rollbackMs = this.rollback?.startMs ?? null;
    const detected = events.filter(({kind}) => kind === 'detected');
    const faultMs = this.faultMs;
    this.detectedMs = faultMs === null ? null : (detected.find(({atMs}) => atMs >= faultMs)?.atMs ?? null);
    this.migrationEndMs = Math.min(faultMs ?? Number.POSITIVE_INFINITY, rollbackMs ?? Number.POSITIVE_INFINITY);
    this.decidedMs =
      rollbackMs === null
        ? null
        : (this.detectedMs ?? detected.findLast(({atMs}) => atMs <= rollbackMs)?.atMs ?? rollbackMs);
    this.backMs = this.decidedMs === null ? null : wayBack(rehearsal, this.decidedMs);
  }

  /** From the decision until the baseline has all requests: the route is its alone, and the last request to the candidate was sent. */
  rollbackSeconds(lastAskedCandidateMs: number | null): number | null {
    const rolledBackMs = this.#rolledBackMs(lastAskedCandidateMs);
    return this.decidedMs === null || rolledBackMs === null ? null : (rolledBackMs - this.decidedMs) / 1000;
  }

  /** From there until the stage `recover` has shown that latency is back. */
  recoverSeconds(rehearsal: Rehearsal, lastAskedCandidateMs: number | null): number | null {
    const recover = lastStage(rehearsal, 'recover');
    const rolledBackMs = this.#rolledBackMs(lastAskedCandidateMs);
    if (rolledBackMs === null || recover?.outcome !== 'done' || recover.endMs === null) return null;
    return Math.max(0, recover.endMs - rolledBackMs) / 1000;
  }

  #rolledBackMs(lastAskedCandidateMs: number | null): number | null {
    return this.backMs === null ? null : Math.max(this.backMs, lastAskedCandidateMs ?? this.backMs);
  }

  get detectSeconds(): number | null {
    return this.faultMs === null || this.detectedMs === null ? null : (this.detectedMs - this.faultMs) / 1000;
  }
}

/** A candidate that died while it loaded never had a request: then the route was the baseline's all the time. */
const wayBack = (rehearsal: Rehearsal, decidedMs: number): number | null => {
  // What the route is when everything is taken down says nothing.
  const downMs = lastStage(rehearsal, 'down')?.startMs ?? Number.POSITIVE_INFINITY;
  const routes = rehearsal.events.filter(({kind, route, atMs}) => kind === 'route' && route !== null && atMs < downMs);
  const before = routes.findLast(({atMs}) => atMs < decidedMs);
  const after = routes.filter(({atMs}) => atMs >= decidedMs);
  const last = after.at(-1) ?? before;
  if (last === undefined || !isBaselineAlone(last)) return null;
  if (before !== undefined && isBaselineAlone(before) && after.every(isBaselineAlone)) return decidedMs;
  // The last time that it became so.
  const firstOfLast = after.findLastIndex(event => !isBaselineAlone(event)) + 1;
  return after[firstOfLast]?.atMs ?? decidedMs;
};

const isBaselineAlone = ({route}: RehearsalEvent): boolean =>
  route !== null && route.primary === 'baseline' && route.candidateShare === 0 && route.mirrorShare === 0;
