import type {GatewayLine} from '../../schema/journal.ts';
import {inflationOf, type MeanBounds, meanOfDifferences, welchDifference} from '../../stats/welch.ts';
import {allCells, type CellMetric, type CellRange, LatencyCells} from './latency-cells.ts';
import {levelOfLook, lookMs} from './repeated-looks.ts';
import type {Watched, Watching} from './watch-candidate.ts';

interface Cells {
  readonly cellMs: number;
  readonly cellsPerWindow: number;
}

/** Fewer cells in which both serve say less than those of `before`. */
const fewestPairedCells = 6;

/**
 * Latency of the watched side against the baseline's: by cells in which both serve (a canary), since what moves both at once cancels
 * there; else against the cells of `before`, by Welch's test, which allows for how much neighbouring cells of `before` depend on each other. Student's bounds and no bootstrap: a dozen cells have too few resamples
 * for levels of 1 in 100,000, which repeated looks need. It is tried once for each cell that is over.
 */
export class LatencyWatch {
  readonly #watching: Watching & Cells;
  readonly #cells: LatencyCells;
  readonly #before: LatencyCells;
  readonly #limit: number;
  /** Of the baseline before: its cells, and what their neighbourhood does to a mean. */
  readonly #known = new Map<CellMetric, {readonly means: readonly number[]; readonly inflation: number}>();
  #tried = 0;
  #shownOpen: {readonly over: number; readonly watched: Watched | null} | null = null;

  constructor(watching: Watching & Cells) {
    this.#watching = watching;
    this.#cells = new LatencyCells(watching.cellMs);
    this.#before = new LatencyCells(watching.cellMs);
    this.#limit = Math.log1p(watching.spec.latencyMarginShare);
    for (const line of watching.before) if (line.target === 'baseline') this.#before.add(line);
    for (const metric of this.#before.metrics()) {
      const means = this.#before.means('baseline', metric, allCells);
      this.#known.set(metric, {means, inflation: inflationOf(means)});
    }
  }

  add(line: GatewayLine): void {
    this.#cells.add(line, this.#watching.sinceMs);
  }

  /** Null where nothing new is over, or nothing is shown. */
  broken(nowMs: number): Watched | null {
    const over = this.#over(nowMs);
    if (over <= this.#tried) return null;
    this.#tried = over;
    const metrics = this.#metrics();
    const level = this.#level(over) / Math.max(1, metrics.length);
    // Half a window sees a fault that has just begun; a whole one sees a smaller one. Either has half of the level.
    const ranges = [
      this.#window(over),
      {first: Math.max(0, over - Math.floor(this.#watching.cellsPerWindow / 2)), end: over},
    ];
    for (const metric of metrics)
      for (const range of ranges) {
        const change = this.#change(metric, range);
        if (change !== null && change.lower(level / ranges.length) > this.#limit) {
          const least = `at least ${timesText(change.lower(level / ranges.length))} by what is seen`;
          return {outcome: 'broken', signal: 'latency', detail: `${this.#sentence(metric, change, least)}.`};
        }
      }
    return null;
  }

  /** The first metric that is not shown to be within the margin, over the last window or the whole watch; null where all are. */
  stillOpen(nowMs: number): Watched | null {
    const over = this.#over(nowMs);
    if (this.#shownOpen?.over !== over) this.#shownOpen = {over, watched: this.#notShown(over)};
    return this.#shownOpen.watched;
  }

  #notShown(over: number): Watched | null {
    const metrics = this.#metrics();
    const open = (detail: string): Watched => ({outcome: 'open', signal: 'latency', detail});
    if (metrics.length === 0) return open('No latency of the baseline is known to compare with.');
    for (const metric of metrics) {
      const changes = [this.#window(over), {first: 0, end: over}].map(range => this.#change(metric, range));
      if (changes.some(change => change !== null && change.upper(this.#level(over) / 2) < this.#limit)) continue;
      const known = changes[1] ?? null;
      return open(
        known === null
          ? `Too few answers to tell the latency of ${metric}.`
          : `${this.#sentence(metric, known, `at most ${timesText(known.upper(this.#level(over) / 2))} by what is seen`)}: not shown to be below it yet.`,
      );
    }
    return null;
  }

  worstText(): string {
    const worst = this.#metrics()
      .map(metric => ({metric, change: this.#change(metric, allCells)}))
      .filter(({change}) => change !== null)
      .sort((a, b) => (b.change?.estimate ?? 0) - (a.change?.estimate ?? 0))[0];
    return worst === undefined
      ? 'no latency is known'
      : `latency is at most ${timesText(worst.change?.estimate ?? 0)} times the baseline's (${worst.metric})`;
  }

  /** Without its full stop. */
  #sentence(metric: CellMetric, {estimate}: MeanBounds, bound: string): string {
    return `${metric} is ${timesText(estimate)} times the baseline's, ${bound}; the limit is ${timesText(this.#limit)}`;
  }

  /** Cells that are over. */
  #over(nowMs: number): number {
    return Math.max(0, Math.floor((nowMs - this.#watching.sinceMs) / this.#watching.cellMs));
  }

  #window(over: number): CellRange {
    return {first: Math.max(0, over - this.#watching.cellsPerWindow), end: over};
  }

  #level(over: number): number {
    const {plannedLooks, cellMs, alpha} = this.#watching;
    return levelOfLook(Math.max(1, over), {planned: Math.ceil((plannedLooks * lookMs) / cellMs), alpha});
  }

  /** Every one that the baseline has: a kind that the candidate never answers stays open. */
  #metrics(): readonly CellMetric[] {
    return [...new Set([...this.#before.metrics(), ...this.#cells.metrics()])].sort();
  }

  #change(metric: CellMetric, range: CellRange): MeanBounds | null {
    const {arm} = this.#watching;
    const own = this.#cells.means(arm, metric, range);
    const paired = arm === 'candidate' ? this.#cells.differences(metric, range) : [];
    if (paired.length >= fewestPairedCells && 2 * paired.length >= own.length) return meanOfDifferences(paired);
    const {means, inflation} = this.#known.get(metric) ?? {means: [], inflation: 1};
    return welchDifference(means, own, inflation);
  }
}

const timesText = (logRatio: number) => Number(Math.exp(logRatio).toPrecision(3));
