import type {LoadSpec} from '../../schema/suite.ts';
import {machineNow} from '../clock.ts';
import {joinProgress} from '../join-progress.ts';
import {type LoadProgress, nothingSent} from '../progress.ts';

/** All shards of a load in one view. */
export class ShardsProgress {
  readonly #of: number;
  readonly #load: Pick<LoadSpec, 'requests' | 'warmup'>;
  readonly #onProgress: ((progress: LoadProgress) => void) | undefined;
  readonly #latest = new Map<number, LoadProgress>();
  readonly #startedMs = machineNow();
  #ready = 0;
  #done = 0;

  constructor(
    of: number,
    load: Pick<LoadSpec, 'requests' | 'warmup'>,
    onProgress: ((progress: LoadProgress) => void) | undefined,
  ) {
    this.#of = of;
    this.#load = load;
    this.#onProgress = onProgress;
    this.#tell();
  }

  /** What a shard says of its own part. */
  tell(index: number, progress: LoadProgress): void {
    this.#latest.set(index, progress);
    this.#tell();
  }

  /** One more is ready to start. */
  ready(): void {
    this.#ready += 1;
    this.#tell();
  }

  /** One more has ended. */
  done(): void {
    this.#done += 1;
    this.#tell();
  }

  #tell(): void {
    const {requests, warmup} = this.#load;
    // One that has begun is in the measurement: the others are about to be, and their warm-up is over.
    const measuring = [...this.#latest.values()].filter(({phase}) => phase === 'measure');
    const all = measuring.length > 0 ? measuring : [...this.#latest.values()];
    const joined = all.length === 0 ? nothingSent(machineNow() - this.#startedMs) : joinProgress(all);
    this.#onProgress?.({
      ...joined,
      totalRequests: joined.phase === 'warmup' ? warmup : requests,
      shards: {of: this.#of, ready: this.#ready, done: this.#done},
    });
  }
}
