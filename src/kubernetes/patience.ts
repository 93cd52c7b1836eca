import {setTimeout as delay} from 'node:timers/promises';
import {apiReason, isAway} from './api-error.ts';
import type {Cluster} from './connect.ts';

export interface PatienceOptions {
  /** How long each call waits for an API server that is away. */
  readonly limitMs?: number;
  readonly onLine: (line: string) => void;
}

/**
 * Calls to an API server that may be away for a while. All that share one patience say once that it is away, and once
 * that it is back.
 */
export class Patience {
  readonly #cluster: Pick<Cluster, 'name'>;
  readonly #limitMs: number;
  readonly #onLine: (line: string) => void;
  readonly #said = new Set<string>();
  #awaySinceMs: number | null = null;

  constructor(cluster: Pick<Cluster, 'name'>, {limitMs = 120_000, onLine}: PatienceOptions) {
    this.#cluster = cluster;
    this.#limitMs = limitMs;
    this.#onLine = onLine;
  }

  /**
   * Repeats `call` while the API server is away. Rejects with its last error when that takes too long or `signal`
   * aborts, and at once with whatever the server refuses. `call` must be one that may be made twice.
   */
  async call<T>(call: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const startedMs = performance.now();
    for (let pauseMs = 250; ; pauseMs = Math.min(2 * pauseMs, 5000)) {
      try {
        const value = await call();
        this.back();
        return value;
      } catch (thrown) {
        if (!isAway(thrown) || signal?.aborted) throw thrown;
        this.away(thrown);
        if (performance.now() - startedMs + pauseMs > this.#limitMs) throw thrown;
        await delay(pauseMs, undefined, signal === undefined ? {} : {signal}).catch(() => {
          throw thrown;
        });
      }
    }
  }

  /** A call of another kind failed because the server is away. */
  away(thrown: unknown): void {
    if (this.#awaySinceMs !== null) return;
    this.#awaySinceMs = performance.now();
    const limit = `${Math.round(this.#limitMs / 1000)} s`;
    this.#onLine(`Kubernetes at ${this.#cluster.name} does not answer (${apiReason(thrown)}); waiting up to ${limit}`);
  }

  /** It answered. */
  back(): void {
    if (this.#awaySinceMs === null) return;
    const seconds = Math.round((performance.now() - this.#awaySinceMs) / 1000);
    this.#awaySinceMs = null;
    this.#onLine(`Kubernetes at ${this.#cluster.name} answers again, after ${seconds} s`);
  }

  /** Something that several of them meet. */
  sayOnce(line: string): void {
    if (this.#said.has(line)) return;
    this.#said.add(line);
    this.#onLine(line);
  }
}
