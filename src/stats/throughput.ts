import type {OkSample} from '../schema/sample.ts';
import type {Trial} from '../schema/trial.ts';
import {isWhole} from './latency.ts';

/** Milliseconds from the trial's start. An event belongs to the window (start, end]. */
export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

/** What is counted in: the steady part where the load knew one, else everything; null where no time passed. */
export const windowOf = (steady: Span | null, whole: Span | null): Trial['window'] => {
  const span = steady ?? whole;
  if (span === null || span.endMs <= span.startMs) return null;
  return {startMs: span.startMs, endMs: span.endMs, kind: steady === null ? 'whole' : 'steady'};
};

/**
 * Shows `see` the output tokens of an answer at the stamps of the events that brought them, spread evenly over them where
 * the server does not tell how many each one brought; those of a whole reply at its end. False when they cannot be placed.
 */
export const eachTokenArrival = (sample: OkSample, see: (atMs: number, amount: number) => void): boolean => {
  const {tokenEventsMs, tokensPerEvent, outputTokens} = sample;
  if (isWhole(sample) && outputTokens !== null) {
    see(sample.endMs, outputTokens);
    return true;
  }
  const events = tokenEventsMs.length;
  if (tokensPerEvent === null && (outputTokens === null || events === 0)) return false;
  const each = (outputTokens ?? 0) / events;
  for (let event = 0; event < events; event += 1)
    see(tokenEventsMs[event] ?? Number.NaN, tokensPerEvent?.[event] ?? each);
  return true;
};

const inside = (atMs: number, {startMs, endMs}: Span) => atMs > startMs && atMs <= endMs;

/** Requests, and items or tokens, by when they arrived inside the window. */
export class Throughput {
  readonly #window: Span | null;
  readonly #streamed: boolean;
  readonly #arrived = {requests: 0, items: 0, tokens: 0};
  #answers = 0;
  #tokensPlaced = true;

  /** Where nothing is `streamed`, an answer has items and no tokens. */
  constructor(window: Span | null, streamed: boolean) {
    this.#window = window;
    this.#streamed = streamed;
  }

  add(sample: OkSample): void {
    const [window, arrived] = [this.#window, this.#arrived];
    this.#answers += 1;
    if (window === null) return;
    if (inside(sample.endMs, window)) {
      arrived.requests += 1;
      arrived.items += sample.items; // texts or documents, all at once when their reply is complete
    }
    if (!this.#streamed) return;
    const placed = eachTokenArrival(sample, (atMs, tokens) => {
      if (inside(atMs, window)) arrived.tokens += tokens;
    });
    if (!placed) this.#tokensPlaced = false;
  }

  /** Tokens are unknown as soon as those of one answer cannot be placed; all is where nothing was answered. */
  numbers(): Pick<Trial, 'requestsPerSecond' | 'itemsPerSecond' | 'outputTokensPerSecond'> {
    const {requests, items, tokens} = this.#arrived;
    return {
      requestsPerSecond: this.#perSecond(requests),
      itemsPerSecond: this.#streamed ? null : this.#perSecond(items),
      outputTokensPerSecond: this.#streamed && this.#tokensPlaced ? this.#perSecond(tokens) : null,
    };
  }

  #perSecond(amount: number): number | null {
    if (this.#window === null || this.#answers === 0) return null;
    return (amount * 1000) / (this.#window.endMs - this.#window.startMs);
  }
}
