import type {Arm} from '../../schema/block.ts';
import type {GatewayLine} from '../../schema/journal.ts';
import type {Role} from '../../schema/request.ts';

/** What is compared of a side: each kind's latency from being asked to the last byte, and chat's until the first one. */
export type CellMetric = `${Role} e2e` | 'chat first byte';

interface Cell {
  count: number;
  sum: number;
}

/**
 * Logarithms of latencies, added up in cells of equal time: requests that are in flight together are slow together, so that means of
 * cells are compared and not requests. Logarithms, because latencies are skewed and a margin is a ratio.
 */
export class LatencyCells {
  readonly #cellMs: number;
  readonly #cells = new Map<string, Map<number, Cell>>();
  readonly #metrics = new Set<CellMetric>();

  constructor(cellMs: number) {
    this.#cellMs = cellMs;
  }

  /** Served ones count, by when they ended; those of a copy, too. */
  add({target, outcome, kind, askedMs, firstByteMs, endMs}: GatewayLine, fromMs = 0): void {
    if (target === null || outcome !== 'served' || askedMs === null) return;
    const cell = Math.floor((endMs - fromMs) / this.#cellMs);
    this.#put(target, `${kind} e2e`, {cell, ms: endMs - askedMs});
    if (kind === 'chat' && firstByteMs !== null)
      this.#put(target, 'chat first byte', {cell, ms: firstByteMs - askedMs});
  }

  /** In which something was added for either side, sorted. */
  metrics(): readonly CellMetric[] {
    return [...this.#metrics].sort();
  }

  /** Of the cells from `first` to just before `end` that have any, ascending. */
  means(arm: Arm, metric: CellMetric, {first, end}: CellRange): readonly number[] {
    return this.#within(arm, metric, {first, end}).map(([, cell]) => cell.sum / cell.count);
  }

  /** Candidate less baseline, where both have some. */
  differences(metric: CellMetric, range: CellRange): readonly number[] {
    const baseline = new Map(this.#within('baseline', metric, range));
    return this.#within('candidate', metric, range).flatMap(([at, {sum, count}]) => {
      const other = baseline.get(at);
      return other === undefined ? [] : [sum / count - other.sum / other.count];
    });
  }

  #within(arm: Arm, metric: CellMetric, {first, end}: CellRange): readonly (readonly [number, Cell])[] {
    const cells = this.#cells.get(`${arm} ${metric}`) ?? new Map<number, Cell>();
    return [...cells].filter(([at]) => at >= first && at < end).sort(([a], [b]) => a - b);
  }

  #put(arm: Arm, metric: CellMetric, {cell, ms}: {readonly cell: number; readonly ms: number}): void {
    const key = `${arm} ${metric}`;
    const cells = this.#cells.get(key) ?? new Map<number, Cell>();
    this.#cells.set(key, cells);
    this.#metrics.add(metric);
    const found = cells.get(cell) ?? {count: 0, sum: 0};
    cells.set(cell, found);
    found.count += 1;
    // Stamps are no finer than this, and 0 has no logarithm.
    found.sum += Math.log(Math.max(ms, 0.001));
  }
}

export interface CellRange {
  readonly first: number;
  readonly end: number;
}

export const allCells: CellRange = {first: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY};
