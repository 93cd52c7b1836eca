import type {Arm} from '../../schema/block.ts';
import type {GatewayLine} from '../../schema/journal.ts';
import type {MemoryReading, WatchSignal} from '../../schema/rehearsal.ts';
import type {WatchSpec} from '../../schema/rehearsal-plan.ts';
import {chanceOfAtLeast} from '../../stats/binomial.ts';
import {countText, shareText} from '../metric-sentence.ts';
import {LatencyWatch} from './latency-watch.ts';
import {memoryGrowth} from './memory-growth.ts';
import {evidenceBelow, levelOfLook, lookMs} from './repeated-looks.ts';

export interface Watching {
  readonly spec: WatchSpec;
  /** Of the whole watch, however often it is looked at: chance that a side within the plan's limits is called broken. */
  readonly alpha: number;
  /** Who is watched: the candidate; or, after the rollback, the baseline itself (then 'healthy' means: recovered). */
  readonly arm: Arm;
  /** Start of the watch (of the canary's step): requests that were sent to a side before are not looked at. */
  readonly sinceMs: number;
  /** How often it will be looked at, at four looks a second: what alpha is shared out over. Longer is allowed, and ever less sharp. */
  readonly plannedLooks: number;
  /** Lines of the stage `before`: what latency is compared with where the baseline does not serve at the same time. */
  readonly before: Iterable<GatewayLine>;
}

/** What is known besides the gateway's lines, at one look. */
export interface Sight {
  readonly nowMs: number;
  /** Age of the oldest request at the watched side without a first byte (GET /state); null where none is. */
  readonly oldestSilentMs: number | null;
  /** Of either side, ascending; those of the other side, and those of the watch's first window, are left out here. */
  readonly memory: readonly MemoryReading[];
  /** The latest comparison with the baseline's first answers; null where none was made. */
  readonly answers: readonly {role: string; outcome: 'same' | 'differs' | 'unknown'; detail: string}[] | null;
  /** Why the side's keeper says that it is gone; null while it serves. */
  readonly died: string | null;
}

export interface Watched {
  /** 'healthy': shown to be within every limit (memory can only break it); 'open': shown to be neither. */
  readonly outcome: 'healthy' | 'broken' | 'open';
  /** What broke it, or what is still open; null where it is healthy. */
  readonly signal: WatchSignal | null;
  /** One sentence with figures. */
  readonly detail: string;
}

/** Errors, latency and memory share alpha; the rest is seen and not inferred. */
const inferred = 3;
/** With fewer no slope is shown at the levels of a watch of some hundred looks, however clear it is (Sen's bounds). */
const fewestReadings = 14;
/** Cells of a window: the unit in which latency is compared, and errors are forgotten. */
const cellsPerWindow = 12;

/** Feed it every gateway line of either side as it comes, and ask. Memory: one cell of numbers for each twelfth of a window. */
export class CandidateWatch {
  readonly #watching: Watching;
  readonly #cellMs: number;
  readonly #latency: LatencyWatch;
  /** Requests to the watched side by cell of their end. */
  readonly #counts = new Map<number, Counts>();
  readonly #total = newCounts();
  #lastLook = 0;
  #inferred: Watched | null = null;

  constructor(watching: Watching) {
    this.#watching = watching;
    this.#cellMs = (watching.spec.windowSeconds * 1000) / cellsPerWindow;
    this.#latency = new LatencyWatch({
      ...watching,
      cellMs: this.#cellMs,
      cellsPerWindow,
      alpha: watching.alpha / inferred,
    });
  }

  add(line: GatewayLine): void {
    const {sinceMs, arm} = this.#watching;
    // Where the connection was refused nothing was sent: then it counts from when it came.
    const triedMs = line.askedMs ?? (line.asked > 0 ? line.receivedMs : null);
    if (triedMs === null || triedMs < sinceMs) return;
    if (line.askedMs !== null) this.#latency.add(line);
    // Where the other side answered in its place, it had refused the connection.
    const steppedIn = line.target !== arm && line.asked > 1;
    if ((line.target !== arm && !steppedIn) || (line.outcome === 'gone' && !steppedIn)) return;
    const at = Math.floor((line.endMs - sinceMs) / this.#cellMs);
    const cell = this.#counts.get(at) ?? newCounts();
    this.#counts.set(at, cell);
    for (const counts of [cell, this.#total]) {
      counts.all += 1;
      if (line.outcome !== 'served' || steppedIn) counts.failed += 1;
      if (steppedIn && line.outcome === 'served') counts.stoodIn += 1;
    }
  }

  look(sight: Sight): Watched {
    const seen = this.#seen(sight);
    if (seen !== null) return seen;
    const look = 1 + Math.floor((sight.nowMs - this.#watching.sinceMs) / lookMs);
    // Once shown, and for as long as nothing new can be: the answer stands.
    if (this.#inferred?.outcome === 'broken' || (this.#inferred !== null && look <= this.#lastLook))
      return this.#inferred;
    this.#lastLook = look;
    const level = levelOfLook(look, {
      planned: this.#watching.plannedLooks,
      alpha: this.#watching.alpha / inferred,
    });
    this.#inferred = this.#errors(sight.nowMs, level) ??
      this.#latency.broken(sight.nowMs) ??
      this.#memory(sight, level) ??
      this.#stillOpen(sight) ?? {outcome: 'healthy', signal: null, detail: this.#healthyText()};
    return this.#inferred;
  }

  /** What needs no statistics. */
  #seen({died, oldestSilentMs, answers}: Sight): Watched | null {
    if (died !== null) return {outcome: 'broken', signal: 'died', detail: died};
    const {hangSeconds} = this.#watching.spec;
    if (oldestSilentMs !== null && oldestSilentMs > hangSeconds * 1000)
      return broken(
        'hang',
        `A request has waited for ${secondsText(oldestSilentMs)} s without a byte; ${hangSeconds} s is the limit.`,
      );
    const different = answers?.find(({outcome}) => outcome === 'differs');
    return different === undefined
      ? null
      : broken('answers', `${different.role} answers differently: ${different.detail}`);
  }

  #errors(nowMs: number, level: number): Watched | null {
    const {windowSeconds, maxErrorShare} = this.#watching.spec;
    const first = Math.floor((nowMs - this.#watching.sinceMs) / this.#cellMs) - cellsPerWindow;
    let {all, failed, stoodIn} = newCounts();
    for (const [at, cell] of this.#counts)
      if (at >= first) {
        all += cell.all;
        failed += cell.failed;
        stoodIn += cell.stoodIn;
      }
    return failed > 0 && chanceOfAtLeast(failed, all, maxErrorShare) < level
      ? broken(
          'errors',
          `${failedText({all, failed, stoodIn})} in ${windowSeconds} s; at most ${shareText(maxErrorShare)} may.`,
        )
      : null;
  }

  /** Over the last two windows, or as many readings as the levels of repeated looks need: Docker gives one a second. */
  #memory({memory, nowMs}: Sight, level: number): Watched | null {
    const {spec, arm, sinceMs} = this.#watching;
    if (spec.memoryMiBPerMinute === null) return null;
    const windowMs = spec.windowSeconds * 1000;
    const own = memory.filter(reading => reading.arm === arm && reading.atMs >= sinceMs + windowMs);
    const recent = own.filter(({atMs}) => atMs >= nowMs - 2 * windowMs).length;
    const growth = memoryGrowth(own.slice(-Math.max(recent, fewestReadings)));
    if (growth === null || !(growth.slope.lower(level) > spec.memoryMiBPerMinute)) return null;
    const figure = Math.round(growth.slope.estimate);
    return broken(
      'memory',
      `Its ${growth.of} grows by ${figure} MiB a minute; ${spec.memoryMiBPerMinute} MiB is the limit.`,
    );
  }

  /** What is not shown yet; null where all is. */
  #stillOpen({nowMs, answers}: Sight): Watched | null {
    const {spec, alpha} = this.#watching;
    const {all, failed} = this.#total;
    const open = (signal: WatchSignal, detail: string): Watched => ({outcome: 'open', signal, detail});
    // The baseline has recovered when its latency is back: that it fails no more than before is not to be shown anew.
    if (this.#watching.arm === 'baseline' && failed === all)
      return open('errors', all === 0 ? 'No request has ended yet.' : `${failedText(this.#total)}.`);
    if (this.#watching.arm === 'candidate' && evidenceBelow(spec.maxErrorShare, this.#total) < 1 / alpha)
      return open(
        'errors',
        `${failedText(this.#total)}: too few to show that less than ${shareText(spec.maxErrorShare)} do.`,
      );
    const latency = this.#latency.stillOpen(nowMs);
    if (latency !== null) return latency;
    const asked = spec.parityEverySeconds !== null && this.#watching.arm === 'candidate';
    return asked && !(answers ?? []).some(({outcome}) => outcome === 'same')
      ? open('answers', 'Its answers are not known to be the same yet.')
      : null;
  }

  #healthyText(): string {
    return `${failedText(this.#total)}, and ${this.#latency.worstText()}.`;
  }
}

interface Counts {
  all: number;
  /** Those that the other side answered in its place included. */
  failed: number;
  stoodIn: number;
}
const newCounts = (): Counts => ({all: 0, failed: 0, stoodIn: 0});

/** `46 of 46 requests failed`; callers were served where the other side stood in. */
const failedText = ({all, failed, stoodIn}: Counts): string =>
  stoodIn === 0
    ? `${failed} of ${countText(all, 'request')} failed`
    : `${failed} of ${countText(all, 'ask')} failed (the standby answered ${stoodIn})`;

const broken = (signal: WatchSignal, detail: string): Watched => ({outcome: 'broken', signal, detail});
const secondsText = (ms: number) => (ms / 1000).toFixed(1);
