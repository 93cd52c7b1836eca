import type {RehearsalStage, StageName} from '../../schema/rehearsal.ts';
import type {RehearsalCheck} from '../../schema/rehearsal-verdict.ts';
import {percentile} from '../../stats/percentile.ts';
import {type Check, checksOf} from './check.ts';
import type {Evidence} from './evidence.ts';
import {isWithin, spanOf} from './spans.ts';

/** p99 of how late the client sent, above which its latencies say nothing about the service. */
const latestMs = 25;

interface StageLag {
  readonly name: StageName;
  readonly lagMs: number;
}

/** How late the client was itself, by stage. */
export class ClientLag {
  readonly #stages: readonly StageLag[];

  constructor({table, rehearsal, outcomes}: Pick<Evidence, 'table' | 'rehearsal' | 'outcomes'>) {
    const names = [...new Set(rehearsal.stages.map(({name}: RehearsalStage) => name))];
    const spans = names.flatMap(name => {
      const span = spanOf(rehearsal, name);
      return span === null ? [] : [{name, span, lags: [] as number[]}];
    });
    const {scheduledMs, sentMs} = table.columns;
    for (let row = 0; row < table.length; row += 1) {
      if (outcomes.of(row) === 'not-sent') continue;
      const atMs = sentMs[row] as number;
      for (const {span, lags} of spans) if (isWithin(atMs, span)) lags.push(atMs - (scheduledMs[row] as number));
    }
    this.#stages = spans
      .filter(({lags}) => lags.length > 0)
      .map(({name, lags}) => ({name, lagMs: percentile(Float64Array.from(lags).sort(), 0.99)}))
      .sort((a, b) => b.lagMs - a.lagMs);
  }

  /** Of these stages the one in which it was latest; null where nothing was sent in any of them. */
  worst(names: readonly StageName[]): StageLag | null {
    return this.#stages.find(({name}) => names.includes(name)) ?? null;
  }

  /** The check of latency in these stages, unless the client was late in one of them: then it shows nothing. */
  judged(names: readonly StageName[], check: RehearsalCheck): RehearsalCheck {
    const worst = this.worst(names);
    const shows = check.outcome === 'pass' || check.outcome === 'fail';
    if (worst === null || worst.lagMs <= latestMs || !shows) return check;
    const detail = `Not judged, for the client itself was late in the stage “${worst.name}”. ${check.detail}`;
    return {...check, outcome: 'inconclusive', detail};
  }

  /**
   * A client that was late has measured itself: where latency is judged nothing is shown by it. Elsewhere it is a note: a late request
   * is counted like every other one, and downtime says how fine it is.
   */
  check(of: 'migration' | 'rollback', names: readonly StageName[]): RehearsalCheck {
    const check: Check = checksOf(of);
    const worst = this.worst(names);
    if (worst === null) return check('client-on-time', 'inconclusive', 'No request was sent where latency is judged.');
    if (worst.lagMs > latestMs)
      return check(
        'client-on-time',
        'inconclusive',
        `The client was up to ${msText(worst)} late in the stage “${worst.name}” (p99; limit ${latestMs} ms): latency shows nothing there. All else is judged.`,
      );
    const [latest] = this.#stages;
    const note =
      latest !== undefined && latest.lagMs > latestMs
        ? ` It was up to ${msText(latest)} late in the stage “${latest.name}”, where no latency is judged here.`
        : '';
    return check(
      'client-on-time',
      'pass',
      `Where latency is judged the client was at most ${msText(worst)} late (p99 in the stage “${worst.name}”; limit ${latestMs} ms).${note}`,
    );
  }
}

const msText = ({lagMs}: StageLag) => `${Number(lagMs.toFixed(1))} ms`;
