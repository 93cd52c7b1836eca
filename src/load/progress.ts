import type {Sample} from '../schema/sample.ts';
import {percentile} from '../stats/percentile.ts';
import type {Clock} from './clock.ts';
import type {Tally} from './tally.ts';

export interface LoadProgress {
  readonly phase: 'warmup' | 'measure';
  readonly sent: number;
  readonly ended: number;
  readonly failed: number;
  readonly inFlight: number;
  readonly elapsedMs: number;
  /** Null when the duration ends the phase. */
  readonly totalRequests: number | null;
  /** Null when the number of requests ends the phase. */
  readonly totalMs: number | null;
  readonly requestsPerSecond: number | null;
  /** Of the last answers, for the eye only. */
  readonly ttftP50Ms: number | null;
  readonly ttftP99Ms: number | null;
}

const intervalMs = 250;
/** TTFTs that are looked back on. */
const lookBack = 500;

export interface ProgressOptions extends Pick<LoadProgress, 'phase' | 'totalRequests' | 'totalMs'> {
  readonly clock: Clock;
  readonly tally: Tally;
  readonly onProgress: ((progress: LoadProgress) => void) | undefined;
}

/** Tells how a phase goes, four times a second and once more when it is disposed of. */
export class ProgressReport implements Disposable {
  readonly #options: ProgressOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #ttftsMs: number[] = [];

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#tell(), intervalMs);
  }

  add({scheduledMs, sentMs, firstTokenMs}: Sample): void {
    if (firstTokenMs === null) return;
    this.#ttftsMs.push(firstTokenMs - (scheduledMs ?? sentMs));
    if (this.#ttftsMs.length > lookBack) this.#ttftsMs.shift();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#tell();
  }

  #tell(): void {
    const {phase, totalRequests, totalMs, clock, tally, onProgress} = this.#options;
    const elapsedMs = clock.now();
    const ttftsMs = Float64Array.from(this.#ttftsMs).sort();
    onProgress?.({
      phase,
      sent: tally.sent,
      ended: tally.ended,
      failed: tally.failed,
      inFlight: tally.inFlight,
      elapsedMs,
      totalRequests,
      totalMs,
      requestsPerSecond: elapsedMs > 0 && tally.ended > 0 ? (tally.ended * 1000) / elapsedMs : null,
      ttftP50Ms: ttftsMs.length > 0 ? percentile(ttftsMs, 0.5) : null,
      ttftP99Ms: ttftsMs.length > 0 ? percentile(ttftsMs, 0.99) : null,
    });
  }
}
