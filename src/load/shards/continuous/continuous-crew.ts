import {setTimeout as delay} from 'node:timers/promises';
import type {ClockReading} from '../../../schema/rehearsal.ts';
import {machineNow} from '../../clock.ts';
import type {ProgramVersion} from '../program-version.ts';
import {lostText, ShardEar} from '../shard-ear.ts';
import type {LastingHost, ShardOrder, ShardWord} from '../shard-host.ts';
import type {ContinuousShard} from './continuous-shard.ts';
import {CrewClocks} from './crew-clocks.ts';
import type {KeptWord} from './fetch-journal.ts';

type ReadyWord = Extract<ShardWord, {kind: 'ready'}>;

/** A shard that is ready: where it is, and which cutover it has, as far as it tells. */
export interface ReadyShard {
  readonly node: string | undefined;
  readonly program: ProgramVersion | undefined;
}

/** What a shard's load came to: the word that tells of its journal, or why there is none. */
export type CrewEnd = {readonly word: KeptWord} | {readonly lost: string; readonly thrown: unknown};

/** A shard that is gone, that failed, or that has ended by itself. */
export interface LostShard {
  readonly index: number;
  /** Which, and why. */
  readonly text: string;
  readonly thrown: unknown;
  /** It has ended by itself, and its journal is there. */
  readonly kept: boolean;
}

/** Hears of the clocks while the load runs. */
export interface ClockWatcher {
  read(index: number, reading: ClockReading): Promise<void>;
  missed(index: number, thrown: unknown): void;
}

interface Member {
  readonly host: LastingHost;
  readonly ear: ShardEar;
  readonly ready: Promise<ReadyWord>;
  readonly kept: Promise<KeptWord>;
}

/** The load's number at each host: it has one for as long as it is there. */
const load = 0;

/**
 * All shards of a continuous load, of hosts that are new or that another program had left with the load on them: their words are heard
 * from the first one on. Disposing of it leaves the hosts as they are; they end their load by themselves then.
 */
export class ContinuousCrew implements Disposable {
  /** How long the slowest of those that are ready was in taking an order. */
  slowestTellMs = 0;
  /** Resolves with the first that is lost while the load runs, also with one that has ended by itself; never rejects. */
  readonly lost: Promise<LostShard>;
  readonly #members: readonly Member[];
  readonly #clocks = new CrewClocks();
  readonly #firstLost = Promise.withResolvers<LostShard>();
  readonly #alone = new AbortController();
  #stopping = false;

  constructor(hosts: readonly LastingHost[]) {
    this.lost = this.#firstLost.promise;
    this.#members = hosts.map((host, index) => {
      const [ready, kept] = [Promise.withResolvers<ReadyWord>(), Promise.withResolvers<KeptWord>()];
      ready.promise.catch(() => {});
      kept.promise.catch(() => {}); // whoever stops the load hears of it, and `lost` tells at once
      const ear = new ShardEar(host);
      ear.follow(load, {
        hear: word => {
          if (word.kind === 'ready') ready.resolve(word);
          if (word.kind !== 'kept') return;
          kept.resolve(word);
          if (!this.#stopping) this.#lose(index, new Error(`it ended its load by itself: ${word.why}`), true);
        },
        fail: thrown => {
          ready.reject(thrown);
          kept.reject(thrown);
          this.#lose(index, thrown);
        },
      });
      return {host, ear, ready: ready.promise, kept: kept.promise};
    });
  }

  /**
   * Resolves when all are ready; from then on each is told that this program is there. Throws what the first one that is lost was lost for:
   * one whose program is of another cutover, before it is told anything.
   */
  async prepare(shardOf: (index: number) => ContinuousShard): Promise<readonly ReadyShard[]> {
    const all = this.#members.map(async ({host, ear, ready}, index) => {
      const {program} = await ear.here;
      await host.tell({kind: 'prepare-continuous', load, shard: shardOf(index)});
      const {node} = await ready;
      host.accompany(this.#alone.signal).catch((thrown: unknown) => this.#lose(index, thrown));
      // The first order may have waited for the program itself; the next one is taken as quickly as this.
      const beforeMs = machineNow();
      await host.tell({kind: 'alive'});
      this.slowestTellMs = Math.max(this.slowestTellMs, machineNow() - beforeMs);
      return {node, program};
    });
    return await Promise.all(all);
  }

  /** What each one's monotonic clock is. */
  async clocks(): Promise<readonly ClockReading[]> {
    return await Promise.all(this.#members.map((_, index) => this.clock(index)));
  }

  clock(index: number): Promise<ClockReading> {
    return this.#clocks.read(this.host(index));
  }

  /** When this machine's clock shows `startMs`. */
  async begin(startMs: number, clocks: readonly ClockReading[]): Promise<void> {
    await Promise.all(
      this.#members.map(({host}, index) =>
        host.tell({kind: 'begin', load, atMachineMs: startMs - (clocks[index]?.offsetMs ?? 0)}),
      ),
    );
  }

  /** Reads each one's clock again every so often until the load is stopped. One that could not be read is read again as any other. */
  watchClocks(everyMs: number, watcher: ClockWatcher): void {
    const {signal} = this.#alone;
    const watch = async (index: number) => {
      for (;;) {
        await delay(everyMs, undefined, {signal});
        try {
          const reading = await this.clock(index);
          if (!signal.aborted) await watcher.read(index, reading);
        } catch (thrown) {
          if (!signal.aborted) watcher.missed(index, thrown);
        }
      }
    };
    for (const index of this.#members.keys()) watch(index).catch(() => {}); // it was stopped
  }

  /** Tells all to send nothing more and waits until what they sent has ended. Never throws. */
  async stop(): Promise<readonly CrewEnd[]> {
    this.#stopping = true;
    const order: ShardOrder = {kind: 'stop', load};
    const ends = this.#members.map(async ({host, kept}, index): Promise<CrewEnd> => {
      // One that has ended by itself may be gone as a program, and its journal is there.
      const told = host.tell(order);
      return Promise.race([kept, told.then(() => kept)]).then(
        word => ({word}),
        thrown => ({thrown, lost: lostText(index, this.#members.length, host, thrown)}),
      );
    });
    const all = await Promise.all(ends);
    this.#alone.abort();
    return all;
  }

  host(index: number): LastingHost {
    const member = this.#members[index];
    if (member === undefined) throw new TypeError(`there is no shard ${index}`);
    return member.host;
  }

  [Symbol.dispose](): void {
    this.#stopping = true;
    this.#alone.abort();
  }

  #lose(index: number, thrown: unknown, kept = false): void {
    const text = lostText(index, this.#members.length, this.host(index), thrown);
    this.#firstLost.resolve({index, text, thrown, kept});
  }
}
