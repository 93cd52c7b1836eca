import type {ClockOffset} from '../../schema/shard.ts';
import type {LoadProgress} from '../progress.ts';

/** Makes of the progress of a shard that is ready one that says how long it waits for the start. */
export class Countdown {
  readonly #beganAtMs: number;
  readonly #onProgress: (progress: LoadProgress) => void;
  #offsetMs: number | null = null;

  /** `beganAtMs`: of the start, by the reference clock, in ms since 1970. */
  constructor(beganAtMs: number, onProgress: (progress: LoadProgress) => void = () => {}) {
    this.#beganAtMs = beganAtMs;
    this.#onProgress = onProgress;
  }

  /** All that is left to do is wait; this machine's own clock tells how long, as long as the other is not known. */
  ready({offsetMs}: Pick<ClockOffset, 'offsetMs'> = {offsetMs: 0}): void {
    this.#offsetMs = offsetMs;
  }

  readonly tell = (progress: LoadProgress): void => {
    const leftMs = this.#offsetMs === null ? 0 : this.#beganAtMs - Date.now() - this.#offsetMs;
    this.#onProgress(progress.phase === 'warmup' && leftMs > 0 ? {...progress, startsInMs: leftMs} : progress);
  };
}
