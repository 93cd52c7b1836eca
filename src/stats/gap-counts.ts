import type {Distribution} from '../schema/trial.ts';
import {CountedValues} from './counted-values.ts';
import {type Ascending, summariseAscending} from './percentile.ts';

/**
 * Gaps of fewer microseconds have a counter each, in 8 MiB of which only pages that are counted in become resident. Doubles, because
 * the shards of a large load together have more gaps of one length than 32 bits can count.
 */
const counters = 2 ** 20;
/** In microseconds. The rounding of two stamps of a day's length is some 10⁻⁵; a gap of no whole microseconds is far from it. */
const roundingUs = 1e-3;

/**
 * The distribution of the gaps between tokens, one or more a token, in memory that does not grow with them.
 *
 * It is exact because stamps are whole microseconds (load/clock.ts): so is the time between two of them, once the
 * rounding of the subtraction is taken off again, and equal gaps can be counted in place of being kept. A gap that brought
 * k tokens is k gaps of a k-th, which is the same double however it came about. Fractions of a microsecond, and gaps of a
 * second and more, which are few, are counted under their own value.
 */
export class GapCounts {
  readonly #ofUs = new Float64Array(counters);
  readonly #ofMs = new Map<number, number>();
  /** Whole microseconds add up without rounding. */
  #sumUs = 0;
  #sumMs = 0;

  /** A gap that brought `tokens`. */
  add(gapMs: number, tokens: number): void {
    const us = Math.round(gapMs * 1000);
    const whole = Math.abs(gapMs * 1000 - us) < roundingUs;
    if (whole) this.#sumUs += us;
    else this.#sumMs += gapMs;
    const eachUs = us / tokens;
    const counted = whole && Number.isInteger(eachUs) ? this.#ofUs[eachUs] : undefined;
    if (counted !== undefined) this.#ofUs[eachUs] = counted + tokens;
    else {
      const eachMs = whole ? us / (1000 * tokens) : gapMs / tokens;
      this.#ofMs.set(eachMs, (this.#ofMs.get(eachMs) ?? 0) + tokens);
    }
  }

  /** In milliseconds; null where there was no gap. */
  summarise(): Distribution | null {
    return summariseAscending(this.#ascending(), this.#sumUs / 1000 + this.#sumMs);
  }

  #ascending(): Ascending {
    const counted = new CountedValues();
    const others = [...this.#ofMs].sort(([a], [b]) => b - a);
    const putOthersBelow = (ms: number) => {
      for (let next = others.at(-1); next !== undefined && next[0] < ms; next = others.at(-1)) {
        counted.put(...next);
        others.pop();
      }
    };
    for (let us = 0; us < counters; us += 1) {
      const count = this.#ofUs[us] ?? 0;
      if (count === 0) continue;
      putOthersBelow(us / 1000);
      counted.put(us / 1000, count);
    }
    putOthersBelow(Number.POSITIVE_INFINITY);
    return counted;
  }
}
