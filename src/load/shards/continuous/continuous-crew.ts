import {setTimeout as delay} from 'node:timers/promises';
import type {ClockReading} from '../../../schema/rehearsal.ts';
import {machineNow} from '../../clock.ts';
import {Turnstile} from '../../turnstile.ts';
import {askedAtOnce} from '../crew.ts';
import {lostText, ShardEar} from '../shard-ear.ts';
import type {LastingHost, ShardOrder, ShardWord} from '../shard-host.ts';
import type {ContinuousShard} from './continuous-shard.ts';
import type {KeptWord} from './fetch-journal.ts';

type ReadyWord = Extract<ShardWord, {kind: 'ready'}>;

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

interface Member {
  readonly host: LastingHost;
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
  readonly #firstLost = Promise.withResolvers<LostShard>();
  readonly #alone = new AbortController();
  #stopping = false;

  constructor(hosts: readonly LastingHost[]) {
    this.lost = this.#firstLost.promise;
    this.#members = hosts.map((host, index) => {
      const [ready, kept] = [Promise.withResolvers<ReadyWord>(), Promise.withResolvers<KeptWord>()];
      ready.promise.catch(() => {});
      kept.promise.catch(() => {}); // whoever stops the load hears of it, and `lost` tells at once
      new ShardEar(host).follow(load, {
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
      return {host, ready: ready.promise, kept: kept.promise};
    });
  }

  /** Resolves when all are ready, with where each is. Throws what the first one that is lost was lost for. */
  async prepare(shardOf: (index: number) => ContinuousShard): Promise<readonly ReadyWord[]> {
    const all = this.#members.map(async ({host, ready}, index) => {
      await host.tell({kind: 'prepare-continuous', load, shard: shardOf(index)});
      const word = await ready;
      // The first order may have waited for the program itself; the next one is taken as quickly as this.
      const beforeMs = machineNow();
      await host.tell({kind: 'alive'});
      this.slowestTellMs = Math.max(this.slowestTellMs, machineNow() - beforeMs);
      return word;
    });
    return await Promise.all(all);
  }

  /** What each one's monotonic clock is. */
  async clocks(): Promise<readonly ClockReading[]> {
    const turnstile = new Turnstile(askedAtOnce);
    const all = this.#members.map(async ({host}) => {
      await turnstile.enter();
      try {
        return await readClock(host);
      } finally {
        turnstile.leave();
      }
    });
    return await Promise.all(all);
  }

  /** When this machine's clock shows `startMs`; from then on each is told that this program is there. */
  async begin(startMs: number, clocks: readonly ClockReading[]): Promise<void> {
    await Promise.all(
      this.#members.map(({host}, index) =>
        host.tell({kind: 'begin', load, atMachineMs: startMs - (clocks[index]?.offsetMs ?? 0)}),
      ),
    );
    for (const [index, {host}] of this.#members.entries())
      host.accompany(this.#alone.signal).catch((thrown: unknown) => this.#lose(index, thrown));
  }

  /** Reads each one's clock again every so often until the load is stopped: what it did in between is known no better than that. */
  watchClocks(everyMs: number, note: (index: number, reading: ClockReading) => void): void {
    const {signal} = this.#alone;
    const watch = async ({host}: Member, index: number) => {
      for (;;) {
        await delay(everyMs, undefined, {signal});
        note(index, await readClock(host));
      }
    };
    // One that is lost is told of by its words.
    for (const [index, member] of this.#members.entries()) watch(member, index).catch(() => {});
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

export const readClock = async (host: LastingHost): Promise<ClockReading> => {
  const {offsetMs, errorMs} = await host.clock('machine');
  return {atMs: machineNow(), offsetMs, errorMs};
};
