import {FloatColumn} from '../schema/float-column.ts';
import type {Ascending} from './percentile.ts';

/** Many values in ascending order, of which each different one is kept once, with how often it came. Counts are exact up to 2^53. */
export class CountedValues implements Ascending {
  readonly #values = new FloatColumn();
  /** How many values there are up to the end of each. */
  readonly #ends = new FloatColumn();
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** `value` must be greater than all before it, and `count` at least 1. */
  put(value: number, count: number): void {
    this.#length += count;
    this.#values.push(value);
    this.#ends.push(this.#length);
  }

  at(index: number): number | undefined {
    return this.#values.view[firstBeyond(this.#ends.view, index)];
  }
}

/** The place of the first of `ends` (ascending) that is greater than `index`. */
const firstBeyond = (ends: Float64Array, index: number): number => {
  let [low, high] = [0, ends.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ends[middle] ?? 0) > index) high = middle;
    else low = middle + 1;
  }
  return low;
};
