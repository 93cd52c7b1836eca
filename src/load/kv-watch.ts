import type {KvUse} from '../schema/trial.ts';
import type {LoadProgress} from './progress.ts';

/**
 * Not oftener: SGLang gathers its page from files, and vLLM makes it in the loop that also writes the streams, so that
 * whichever request is served at that moment waits. One page in 5 s touches less than one request in a hundred.
 */
const everyMs = 5000;
/**
 * The first looks come closer together. Equal requests in a closed loop run in step, and the pool is empty between two of
 * their waves: of one look alone, 0 was seen at 32 streams on an H100.
 */
const first = {looks: 8, everyMs: 1000};

/**
 * Looks now and then how full a server's KV pool is: eight times a second apart, then every 5 s, and at the latest when
 * half of the trial is done. A gauge tells of one moment, so that the most that was seen is the least that was used.
 */
export class KvWatch {
  readonly #kvTokens: number | null;
  readonly #readShare: () => Promise<number | null>;
  #lastMs: number | null = null;
  #reading: Promise<void> | null = null;
  #looks = 0;
  #maxShare = 0;
  #readings = 0;

  /** `kvTokens` is the pool's size; `readShare` asks the server's gauge, 0…1, and gives null where it does not tell. */
  constructor(kvTokens: number | null, readShare: () => Promise<number | null>) {
    this.#kvTokens = kvTokens;
    this.#readShare = readShare;
  }

  onProgress(progress: LoadProgress): void {
    if (this.#reading !== null || !this.#isDue(progress)) return;
    this.#lastMs = progress.elapsedMs;
    this.#looks += 1;
    this.#reading = this.#read().finally(() => {
      this.#reading = null;
    });
  }

  /** Null where the server never told. */
  async end(): Promise<KvUse | null> {
    await this.#reading;
    if (this.#readings === 0) return null;
    return {
      maxShare: this.#maxShare,
      maxTokens: this.#kvTokens === null ? null : Math.round(this.#maxShare * this.#kvTokens),
      readings: this.#readings,
    };
  }

  #isDue({phase, inFlight, elapsedMs, ended, totalRequests, totalMs}: LoadProgress): boolean {
    if (phase !== 'measure' || inFlight === 0) return false;
    if (this.#lastMs !== null) return elapsedMs - this.#lastMs >= (this.#looks < first.looks ? first.everyMs : everyMs);
    const halfDone =
      (totalRequests !== null && ended >= totalRequests / 2) || (totalMs !== null && elapsedMs >= totalMs / 2);
    return halfDone || elapsedMs >= first.everyMs;
  }

  async #read(): Promise<void> {
    const share = await this.#readShare();
    if (share === null) return;
    this.#readings += 1;
    this.#maxShare = Math.max(this.#maxShare, share);
  }
}
