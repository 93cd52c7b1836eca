import {percentile} from '../../stats/percentile.ts';

const kept = 1024;

export interface Lag {
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** How late the last requests were sent, the client itself being the reason. */
export class RecentLag {
  readonly #lagMs = new Float64Array(kept);
  #noted = 0;

  note(lagMs: number): void {
    this.#lagMs[this.#noted % kept] = lagMs;
    this.#noted += 1;
  }

  /** Null before the first request. */
  read(): Lag | null {
    if (this.#noted === 0) return null;
    const sorted = this.#lagMs.slice(0, this.#noted).sort();
    return {p99Ms: percentile(sorted, 0.99), maxMs: percentile(sorted, 1)};
  }
}
