import type {OkSample} from '../schema/sample.ts';
import type {Phases} from '../schema/trial.ts';

/** KV transfers that ended in a trial, by the growth of the prefill servers' counters. */
export interface TransferGrowth {
  readonly count: number;
  readonly totalMs: number;
  readonly totalMib: number | null;
}

/**
 * Where the time of the requests went, by the client's stamps. Of successful streamed requests with two tokens or more: one of a single
 * token has no decode phase, and its share would say nothing of the others.
 */
export class PhaseSums {
  #n = 0;
  #toFirstMs = 0;
  #decodeMs = 0;

  add({sentMs, firstTokenMs, lastTokenMs, outputTokens, tokenEventsMs}: OkSample): void {
    if (firstTokenMs === null || lastTokenMs === null) return;
    if ((outputTokens ?? tokenEventsMs.length) < 2) return;
    this.#n += 1;
    this.#toFirstMs += firstTokenMs - sentMs;
    this.#decodeMs += lastTokenMs - firstTokenMs;
  }

  /**
   * Null without such a request. A mean transfer that is longer than the mean wait for the first token is none of these requests' (the
   * counters have the warm-up's in them too), and is not taken off.
   */
  summarise(moved: TransferGrowth | null): Phases | null {
    if (this.#n === 0) return null;
    const toFirstMs = this.#toFirstMs / this.#n;
    const meanMs = moved === null || moved.count === 0 ? null : moved.totalMs / moved.count;
    const transferMs = meanMs !== null && meanMs <= toFirstMs ? meanMs : null;
    return {
      n: this.#n,
      prefillMs: toFirstMs - (transferMs ?? 0),
      transferMs,
      decodeMs: this.#decodeMs / this.#n,
      transfer: moved && {count: moved.count, mib: moved.totalMib},
    };
  }
}

export interface PhaseShares {
  readonly prefill: number;
  /** Null where none was told. */
  readonly transfer: number | null;
  readonly decode: number;
}

/** Of the time from the send to the last token, 0…1; together 1. Null where that is no time at all. */
export const phaseShares = ({prefillMs, transferMs, decodeMs}: Phases): PhaseShares | null => {
  const wholeMs = prefillMs + (transferMs ?? 0) + decodeMs;
  if (wholeMs <= 0) return null;
  return {prefill: prefillMs / wholeMs, transfer: transferMs && transferMs / wholeMs, decode: decodeMs / wholeMs};
};
