import {setTimeout as delay} from 'node:timers/promises';
import type {CutoverError} from '../../errors.ts';
import {apiReason, isAway, statusOf} from '../api-error.ts';
import type {Cluster} from '../connect.ts';
import type {PodEnd} from '../job/pod-state.ts';
import type {Patience} from '../patience.ts';
import {refusal} from '../refusal.ts';
import {ExecFailed} from './exec.ts';

interface TroubleOptions {
  readonly cluster: Cluster;
  readonly pod: string;
  readonly patience: Patience;
  readonly signal: AbortSignal;
  /** How the pod ended, or null; waits for the API server. */
  readonly end: () => Promise<PodEnd | null>;
  readonly lost: (why: string, cause?: unknown) => CutoverError;
}

const limitMs = 120_000;
/** Of the shard's program: nobody listens there yet. */
const notYet = 11;
const notYetMs = 30_000;
/** From here on a signal ended the command. */
const killed = 128;

/** What goes wrong, once or again and again, on one way to a pod. */
export class Trouble {
  readonly #options: TroubleOptions;
  #sinceMs: number | null = null;
  #pauseMs = 250;

  constructor(options: TroubleOptions) {
    this.#options = options;
  }

  /** It goes on. */
  over(): void {
    this.#sinceMs = null;
    this.#pauseMs = 250;
  }

  /**
   * Resolves when the same may be tried again, for the API server answers and the pod lives, or with how the pod ended.
   * Throws why another try is in vain, or that all have been for two minutes.
   */
  async after(thrown: unknown): Promise<PodEnd | null> {
    const {cluster, pod, patience, signal, end, lost} = this.#options;
    if (signal.aborted) throw thrown;
    const nowMs = performance.now();
    const again = this.#sinceMs !== null;
    this.#sinceMs ??= nowMs;
    const lastedMs = nowMs - this.#sinceMs;
    const status = statusOf(thrown);
    if (status === 401 || status === 403) throw refusal(cluster, `pod ${pod} cannot be spoken with`, thrown);
    const ending = await end();
    if (ending !== null) return ending;
    const refused = thrown instanceof ExecFailed && thrown.exitCode < killed;
    if (refused && (thrown.exitCode !== notYet || lastedMs > notYetMs))
      throw lost(`its program does not do as it is told: ${thrown.message}`, thrown);
    if (lastedMs > limitMs) throw lost(`it could not be reached any more: ${apiReason(thrown)}`, thrown);
    if (again && !(thrown instanceof ExecFailed) && isAway(thrown))
      patience.sayOnce(`The way to the load's pods is broken (${apiReason(thrown)}); trying for ${limitMs / 1000} s`);
    await delay(this.#pauseMs, undefined, {signal}).catch(() => {});
    this.#pauseMs = Math.min(2 * this.#pauseMs, 5000);
    return null;
  }
}
