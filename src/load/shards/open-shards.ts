import {reasonOf} from '../../errors.ts';
import {lostText, ShardEar} from './shard-ear.ts';
import type {ShardHosts} from './shard-host.ts';

export interface OpenShardsOptions {
  /** Hosts that are there, all of them new. Aborted, it leaves none. */
  openHosts(signal: AbortSignal): Promise<ShardHosts>;
  /** One line for the user. */
  note(line: string): void;
}

/** The hosts of a run that are up, with whoever listens to each. */
export interface Shards {
  readonly ears: readonly ShardEar[];
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
  /** Those that were lost and could not be ended then. */
  readonly #left: ShardHosts[] = [];

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
      nextLoad: () => load++,
      lose: async line => {
        this.#options.note(line);
        this.#shards = null;
        this.#hosts = null;
        try {
          await hosts[Symbol.asyncDispose]();
        } catch (thrown) {
          // What was measured is worth more than that: a machine that is gone may hold its pod for long.
          this.#left.push(hosts);
          this.#options.note(`${reasonOf(thrown)}. It is tried again at the end of the run.`);
        }
      },
    };
    return this.#shards;
  }

  /** Throws the first of what cannot be ended, and says the others. */
  async [Symbol.asyncDispose](): Promise<void> {
    const open = [...this.#left.splice(0), ...(this.#hosts === null ? [] : [this.#hosts])];
    this.#hosts = null;
    this.#shards = null;
    const ended = await Promise.allSettled(open.map(hosts => hosts[Symbol.asyncDispose]()));
    const [first, ...others] = ended.flatMap(one => (one.status === 'rejected' ? [one.reason as unknown] : []));
    for (const other of others) this.#options.note(reasonOf(other));
    if (first !== undefined) throw first;
  }
}
