import type {Outcomes} from './outcomes.ts';
import type {RequestTable} from './request-table.ts';
import type {Span} from './spans.ts';

/** Requests in the order sent, each with whether it was answered: what downtime is read from. Those of a killed harness are left out. */
export class Downtimes {
  readonly #rows: Uint32Array;
  readonly #table: RequestTable;
  readonly #outcomes: Outcomes;

  constructor(table: RequestTable, outcomes: Outcomes) {
    this.#rows = table.bySent().filter(row => outcomes.of(row) !== 'cut-off');
    this.#table = table;
    this.#outcomes = outcomes;
  }

  /**
   * The longest time without an answered request: from the send of the first one in the span that was not served to the send of the
   * first served one after it, wherever that is; to the last send of all where none came. 0 where all were served. `counts`: which
   * unserved requests are this span's to answer for.
   */
  within({startMs, endMs}: Span, counts: (row: number) => boolean = () => true): number {
    const {sentMs} = this.#table.columns;
    let [longest, from] = [0, Number.NaN];
    for (let at = this.#firstFrom(startMs); at < this.#rows.length; at += 1) {
      const row = this.#rows[at] as number;
      const atMs = sentMs[row] as number;
      const isServed = this.#outcomes.of(row) === 'served';
      if (!Number.isNaN(from)) longest = Math.max(longest, atMs - from);
      if (isServed) from = Number.NaN;
      if (Number.isNaN(from) && atMs >= endMs) break;
      if (!isServed && Number.isNaN(from) && counts(row)) from = atMs;
    }
    return longest;
  }

  #firstFrom(startMs: number): number {
    const {sentMs} = this.#table.columns;
    let [low, high] = [0, this.#rows.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sentMs[this.#rows[middle] as number] as number) < startMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
