import type {Disturbance, Stretch} from '../schema/disturbance.ts';
import type {Sample} from '../schema/sample.ts';
import {e2eMs, type LatencyFrom, ttftMs} from '../stats/latency.ts';
import {percentile} from '../stats/percentile.ts';
import {TokenSum} from '../stats/token-sum.ts';

/** Fewer values than this have no 99th percentile that is not nearly their longest: that is taken then. */
const fewestForP99 = 100;

class OneStretch {
  readonly #e2eMs: number[] = [];
  readonly #ttftMs: number[] = [];
  readonly #promptTokens = new TokenSum();
  readonly #cachedPromptTokens = new TokenSum();
  #failed = 0;
  #ok = 0;
  /** Of all requests, as they arrived here. */
  outputTokens = 0;

  add(sample: Sample, from: LatencyFrom): void {
    if (sample.outcome === 'failed') {
      this.#failed += 1;
      return;
    }
    this.#ok += 1;
    const [e2e, ttft] = [e2eMs(sample, from), ttftMs(sample, from)];
    if (e2e !== null) this.#e2eMs.push(e2e);
    if (ttft !== null) this.#ttftMs.push(ttft);
    this.#promptTokens.add(sample.promptTokens);
    this.#cachedPromptTokens.add(sample.cachedPromptTokens);
  }

  /** What a longer E2E than is a delay, where this is how it was before. */
  get boundMs(): number | null {
    const sorted = this.#e2eMs.toSorted((one, other) => one - other);
    if (sorted.length === 0) return null;
    return sorted.length < fewestForP99 ? (sorted.at(-1) ?? null) : percentile(sorted, 0.99);
  }

  result(startMs: number, endMs: number, boundMs: number | null): Stretch {
    const [ttfts, e2es] = [this.#ttftMs, this.#e2eMs].map(values => values.toSorted((one, other) => one - other));
    const middle = (sorted: readonly number[] = []) => (sorted.length === 0 ? null : percentile(sorted, 0.5));
    return {
      startMs,
      endMs,
      ok: this.#ok,
      failed: this.#failed,
      delayed: boundMs === null ? null : this.#e2eMs.filter(ms => ms > boundMs).length,
      ttftP50Ms: middle(ttfts),
      ttftMaxMs: ttfts?.at(-1) ?? null,
      e2eP50Ms: middle(e2es),
      e2eMaxMs: e2es?.at(-1) ?? null,
      outputTokensPerSecond: endMs > startMs ? (this.outputTokens * 1000) / (endMs - startMs) : null,
      promptTokens: this.#promptTokens.total,
      cachedPromptTokens: this.#cachedPromptTokens.total,
    };
  }
}

/** The requests of a trial before, during and after what was done to its stack, each sample seen once. All times are the trial's. */
export class Stretches {
  readonly #before = new OneStretch();
  readonly #during = new OneStretch();
  readonly #after = new OneStretch();
  readonly #startMs: number;
  readonly #settledMs: number;
  readonly #from: LatencyFrom;
  #endMs: number;

  constructor({startMs, settledMs}: {startMs: number; settledMs: number}, from: LatencyFrom) {
    this.#startMs = startMs;
    this.#settledMs = settledMs;
    this.#from = from;
    this.#endMs = settledMs;
  }

  /** When a token or a request's end falls. */
  #at(atMs: number): OneStretch {
    if (atMs < this.#startMs) return this.#before;
    return atMs < this.#settledMs ? this.#during : this.#after;
  }

  add(sample: Sample): void {
    const dueMs = sample.scheduledMs ?? sample.sentMs;
    this.#endMs = Math.max(this.#endMs, sample.endMs);
    const touched = sample.endMs >= this.#startMs && dueMs < this.#settledMs;
    (touched ? this.#during : this.#at(dueMs)).add(sample, this.#from);
    if (sample.outcome === 'failed') return;
    const events = sample.tokenEventsMs;
    const each = sample.outputTokens === null || events.length === 0 ? 1 : sample.outputTokens / events.length;
    for (const [event, atMs] of events.entries()) this.#at(atMs).outputTokens += sample.tokensPerEvent?.[event] ?? each;
  }

  result(): Pick<Disturbance, 'before' | 'during' | 'after' | 'delayedBeyondMs'> {
    const boundMs = this.#before.boundMs;
    return {
      delayedBeyondMs: boundMs,
      before: this.#before.result(0, this.#startMs, boundMs),
      during: this.#during.result(this.#startMs, this.#settledMs, boundMs),
      after: this.#after.result(this.#settledMs, this.#endMs, boundMs),
    };
  }
}
