import {ReferenceClock} from './reference-clock.ts';
import {lostText, ShardEar} from './shard-ear.ts';
import type {ShardHosts} from './shard-host.ts';

export interface OpenShardsOptions {
  /** Hosts that are there, all of them new. Aborted, it leaves none. */
  openHosts(signal: AbortSignal): Promise<ShardHosts>;
  /** One line for the user. */
  note(line: string): void;
  /** What this machine knows of the clock that its shards start by. */
  newClock?(): ReferenceClock;
}

/** The hosts of a run that are up, with whoever listens to each. */
export interface Shards {
  readonly ears: readonly ShardEar[];
  /** Of this machine, measured when they measured theirs. */
  readonly clock: ReferenceClock;
  /** The next load of these hosts. */
  nextLoad(): number;
  /** One of them was lost, as the line says: all are ended, and the next load gets others. */
  lose(line: string): Promise<void>;
}

/** Opens hosts when a load needs them, and keeps them for the next. Disposing of it ends those that are up. */
export class OpenShards implements AsyncDisposable {
  readonly #options: OpenShardsOptions;
  #hosts: ShardHosts | null = null;
  #shards: Shards | null = null;

  constructor(options: OpenShardsOptions) {
    this.#options = options;
  }

  /** Those that are up, or new ones. `signal` ends the opening and nothing after it. */
  async open(signal: AbortSignal): Promise<Shards> {
    signal.throwIfAborted();
    const shards = this.#shards;
    const lost = shards?.ears.flatMap(({host, lost}, index, {length}) =>
      lost === null ? [] : [lostText(index, length, host, lost.why)],
    );
    if (shards !== null && lost?.length === 0) return shards;
    await shards?.lose(`Lost between two loads: ${lost?.join('; ')}. The next one gets new shards.`);
    const opening = new AbortController();
    const abort = () => opening.abort(signal.reason);
    signal.addEventListener('abort', abort);
    const hosts = await this.#options.openHosts(opening.signal).finally(() => {
      signal.removeEventListener('abort', abort);
    });
    let load = 0;
    this.#hosts = hosts;
    this.#shards = {
      ears: hosts.hosts.map(host => new ShardEar(host)),
      clock: this.#options.newClock?.() ?? new ReferenceClock(),
      nextLoad: () => load++,
      lose: async line => {
        this.#options.note(line);
        await this.#close();
      },
    };
    return this.#shards;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close();
  }

  async #close(): Promise<void> {
    const hosts = this.#hosts;
    this.#hosts = null;
    this.#shards = null;
    await hosts?.[Symbol.asyncDispose]();
  }
}
