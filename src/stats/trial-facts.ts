import type {Sample} from '../schema/sample.ts';
import type {Span} from './throughput.ts';

/** What the gates ask of a trial's samples beyond its numbers. */
export class TrialFacts {
  /** Answers whose tokens the server counted, with how many those were. */
  readonly counted = {answers: 0, tokens: 0};
  /** The same, where it did not tell how many each event brought. */
  readonly countedAsWhole = {tokens: 0, events: 0};
  /** Answers of which the server said why they ended, and those of them that were not cut at the length asked for. */
  readonly finished = {answers: 0, early: 0};

  readonly #window: Span | null;
  #inFlightMs = 0;
  #endedMs = 0;

  constructor(window: Span | null) {
    this.#window = window;
  }

  add(sample: Sample): void {
    this.#addInFlight(sample);
    const {outcome, outputTokens, tokensPerEvent, tokenEventsMs, finishReason} = sample;
    if (outcome === 'failed') return;
    if (finishReason !== null) {
      this.finished.answers += 1;
      if (finishReason !== 'length') this.finished.early += 1;
    }
    if (outputTokens === null) return;
    this.counted.answers += 1;
    this.counted.tokens += outputTokens;
    if (tokensPerEvent !== null) return;
    this.countedAsWhole.tokens += outputTokens;
    this.countedAsWhole.events += tokenEventsMs.length;
  }

  /** L: how many requests were in flight on average in the window, failed ones too. */
  get meanInFlight(): number | null {
    return this.#perWindowMs(this.#inFlightMs);
  }

  /** λW: requests ended per millisecond of the window times their mean time in flight. */
  get rateTimesLatency(): number | null {
    return this.#perWindowMs(this.#endedMs);
  }

  #addInFlight({sentMs, endMs}: Sample): void {
    const window = this.#window;
    if (window === null) return;
    this.#inFlightMs += Math.max(0, Math.min(endMs, window.endMs) - Math.max(sentMs, window.startMs));
    if (endMs > window.startMs && endMs <= window.endMs) this.#endedMs += endMs - sentMs;
  }

  #perWindowMs(ms: number): number | null {
    return this.#window && ms / (this.#window.endMs - this.#window.startMs);
  }
}
