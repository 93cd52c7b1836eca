import type {LoadSpec} from '../schema/suite.ts';
import {percentile} from '../stats/percentile.ts';
import {machineNow} from './clock.ts';
import type {SharedCounts} from './shared-counts.ts';

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
  /** Absent where this machine puts the load on alone. */
  readonly shards?: ShardsStanding;
  /** All is ready, and so long is left to a start that was agreed on; absent where there is none, and once it has come. */
  readonly startsInMs?: number;
}

/** Of a load of which nothing has been sent. */
export const nothingSent = (elapsedMs: number): LoadProgress => ({
  ...{phase: 'warmup', sent: 0, ended: 0, failed: 0, inFlight: 0, elapsedMs},
  ...{totalRequests: null, totalMs: null, requestsPerSecond: null, ttftP50Ms: null, ttftP99Ms: null},
});

/** How far the shards of a load are. */
interface ShardsStanding {
  readonly of: number;
  /** To start: connected, and the server warmed up. */
  readonly ready: number;
  readonly done: number;
}

const intervalMs = 250;

interface ProgressOptions {
  readonly shared: SharedCounts;
  readonly load: Pick<LoadSpec, 'warmup' | 'requests' | 'durationSeconds'>;
  onProgress(progress: LoadProgress): void;
}

/** Tells how a load goes, four times a second and once more when it is disposed of. */
export class ProgressReport implements Disposable {
  readonly #options: ProgressOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #startedMs = machineNow();

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#tell(), intervalMs);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#tell();
  }

  #tell(): void {
    const {shared, load, onProgress} = this.#options;
    const totalMs = load.durationSeconds === null ? null : load.durationSeconds * 1000;
    // A start that is agreed is known before its time.
    const beganMs = shared.beganMs !== null && shared.beganMs <= machineNow() ? shared.beganMs : null;
    const counts = beganMs === null ? shared.warmup : shared.measure;
    const elapsedMs = machineNow() - (beganMs ?? this.#startedMs);
    const [sent, ended] = [counts.get('sent'), counts.get('ended')];
    const ttftsMs = shared.lastTtftsMs.sort();
    onProgress({
      phase: beganMs === null ? 'warmup' : 'measure',
      sent,
      ended,
      failed: counts.get('failed'),
      inFlight: sent - ended,
      elapsedMs,
      totalRequests: beganMs === null ? load.warmup : load.requests,
      totalMs: beganMs === null ? null : totalMs,
      requestsPerSecond: elapsedMs > 0 && ended > 0 ? (ended * 1000) / elapsedMs : null,
      ttftP50Ms: ttftsMs.length > 0 ? percentile(ttftsMs, 0.5) : null,
      ttftP99Ms: ttftsMs.length > 0 ? percentile(ttftsMs, 0.99) : null,
    });
  }
}
