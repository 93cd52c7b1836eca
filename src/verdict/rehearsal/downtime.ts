import type {RehearsalVerdict} from '../../schema/rehearsal-verdict.ts';
import {type Role, roles} from '../../schema/request.ts';
import {percentile} from '../../stats/percentile.ts';
import type {Evidence} from './evidence.ts';
import {clockErrorMsOf} from './load-pods.ts';
import {isWithin, type Span} from './spans.ts';

type RoleDowntime = NonNullable<RehearsalVerdict['times']['worstDowntimes']['cutover']>;

/** Which unserved requests are a span's to answer for. */
type Counts = (row: number) => boolean;
const all: Counts = () => true;

/** Requests in the order sent, each with whether it was answered: what downtime is read from. Those of a killed harness are left out. */
export class Downtimes {
  readonly #rows: Uint32Array;
  readonly #rowsOf: ReadonlyMap<Role, Uint32Array>;
  readonly #evidence: Pick<Evidence, 'table' | 'outcomes' | 'rehearsal'>;

  constructor(evidence: Pick<Evidence, 'table' | 'outcomes' | 'rehearsal'>) {
    const {table, outcomes} = evidence;
    this.#evidence = evidence;
    this.#rows = table.bySent().filter(row => outcomes.of(row) !== 'cut-off');
    this.#rowsOf = new Map(
      roles
        .map(role => [role, this.#rows.filter(row => table.kindOf(row) === role)] as const)
        .filter(([, rows]) => rows.length > 0),
    );
  }

  /**
   * The longest time without an answered request: from the send of the first one in the span that was not served to the send of the
   * first served one after it, wherever that is; to the last send of all where none came. 0 where all were served.
   */
  within(span: Span, counts: Counts = all): number {
    return this.#longest(this.#rows, span, counts);
  }

  /** The same for each kind of requests by itself: one can be down while the others are served. */
  byRole(span: Span, counts: Counts = all): Partial<Record<Role, number>> {
    return Object.fromEntries([...this.#rowsOf].map(([role, rows]) => [role, this.#longest(rows, span, counts)]));
  }

  /** Of the kind that was down longest, or, where several were, can be told least finely; null where nothing was sent. */
  worst(span: Span, counts: Counts = all): RoleDowntime | null {
    const each = [...this.#rowsOf.keys()].map(role => ({role, resolutionMs: this.#resolutionMs(role, span)}));
    const downtimes = this.byRole(span, counts);
    return each
      .map(one => ({...one, downtimeMs: downtimes[one.role] ?? 0}))
      .reduce<RoleDowntime | null>((worst, one) => (worst === null || isWorse(one, worst) ? one : worst), null);
  }

  /** The mean time between two requests of the kind, how late the client sent them (p99), and what clocks may differ by; null where the plan has none. */
  #resolutionMs(role: Role, span: Span): number | null {
    const {rehearsal, table} = this.#evidence;
    const parts = rehearsal.plan.load.filter(({workload}) => workload.kind === role);
    const rate = parts.reduce((sum, {ratePerSecond}) => sum + ratePerSecond, 0);
    if (rate === 0) return null;
    const {sentMs, scheduledMs} = table.columns;
    const rows = (this.#rowsOf.get(role) ?? new Uint32Array()).filter(row => isWithin(sentMs[row] as number, span));
    const lags = Float64Array.from(rows, row => (sentMs[row] as number) - (scheduledMs[row] as number)).sort();
    const lagMs = lags.length === 0 ? 0 : percentile(lags, 0.99);
    return 1000 / rate + lagMs + 2 * clockErrorMsOf(rehearsal); // two requests may be of two pods
  }

  #longest(rows: Uint32Array, {startMs, endMs}: Span, counts: Counts): number {
    const {table, outcomes} = this.#evidence;
    const {sentMs} = table.columns;
    let [longest, from] = [0, Number.NaN];
    for (let at = firstFrom(rows, sentMs, startMs); at < rows.length; at += 1) {
      const row = rows[at] as number;
      const atMs = sentMs[row] as number;
      const isServed = outcomes.of(row) === 'served';
      if (!Number.isNaN(from)) longest = Math.max(longest, atMs - from);
      if (isServed) from = Number.NaN;
      if (Number.isNaN(from) && atMs >= endMs) break;
      if (!isServed && Number.isNaN(from) && counts(row)) from = atMs;
    }
    return longest;
  }
}

const isWorse = (one: RoleDowntime, other: RoleDowntime): boolean =>
  one.downtimeMs === other.downtimeMs
    ? (one.resolutionMs ?? 0) > (other.resolutionMs ?? 0)
    : one.downtimeMs > other.downtimeMs;

const firstFrom = (rows: Uint32Array, sentMs: Float64Array, startMs: number): number => {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sentMs[rows[middle] as number] as number) < startMs) low = middle + 1;
    else high = middle;
  }
  return low;
};
