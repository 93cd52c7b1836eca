import {setTimeout as delay} from 'node:timers/promises';
import type {ClockOffset} from '../../schema/shard.ts';
import {machineNow} from '../clock.ts';
import {Turnstile} from '../turnstile.ts';
import {aged, referenceMsAt} from './peer-clock.ts';
import type {ShardPlan} from './shard.ts';
import {type DoneWord, type HeardLoad, lostText, type ShardEar} from './shard-ear.ts';
import type {ShardHost, ShardOrder} from './shard-host.ts';
import type {ShardsProgress} from './shards-progress.ts';

/** More commands in pods at once would wait for one another, and be late with their answers. */
export const askedAtOnce = 16;

/** A shard that is gone, or that failed. */
export interface LostShard {
  readonly index: number;
  /** Which, and why. */
  readonly text: string;
  readonly why: unknown;
}

/** How the load of one shard ended; the word is null where it was lost. */
export interface ShardEnd {
  readonly index: number;
  readonly host: ShardHost;
  readonly word: DoneWord | null;
}

/** All shards of one load: what they are told, what is heard of them, and which of them are lost. */
export class Crew {
  readonly lost: LostShard[] = [];
  /** How long the slowest was in taking an order. */
  slowestTellMs = 0;
  /** They were told to end, or have. */
  isOver = false;
  readonly #ears: readonly ShardEar[];
  readonly #load: number;
  readonly #heard: readonly HeardLoad[];
  /** They resolve with null where the shard is lost, and never reject. */
  readonly #ends: readonly Promise<DoneWord | null>[];
  readonly #progress: ShardsProgress;
  /** Of each shard, and when it was measured, by `machineNow`. */
  readonly #clocks: {readonly clock: ClockOffset; readonly atMs: number}[] = [];
  readonly #firstLost = Promise.withResolvers<LostShard>();

  constructor(ears: readonly ShardEar[], load: number, progress: ShardsProgress) {
    this.#ears = ears;
    this.#load = load;
    this.#progress = progress;
    this.#heard = ears.map((ear, index) => ear.hear(load, now => progress.tell(index, now)));
    this.#ends = this.#heard.map(async ({done}, index) => {
      try {
        const word = await done;
        progress.done();
        return word;
      } catch (why) {
        this.lose(index, why);
        return null;
      }
    });
  }

  /** It counts as lost from now on. */
  lose(index: number, why: unknown): void {
    const host = this.#ears[index]?.host;
    if (host === undefined || this.lost.some(one => one.index === index)) return;
    const lost = {index, why, text: lostText(index, this.#ears.length, host, why)};
    this.lost.push(lost);
    this.#firstLost.resolve(lost);
  }

  /** Resolves with null when all are ready, and with the first that is lost as soon as it is. */
  async prepare(planOf: (index: number) => ShardPlan): Promise<LostShard | null> {
    return await this.#unlessLost(async ({host}, index) => {
      const beforeMs = machineNow();
      await host.tell({kind: 'prepare', load: this.#load, shard: planOf(index)});
      this.slowestTellMs = Math.max(this.slowestTellMs, machineNow() - beforeMs);
      await this.#heard[index]?.ready;
      this.#progress.ready();
    });
  }

  /** Asks each for its time, once all are ready: what gets ready answers late. As `prepare`. */
  async synchronize(): Promise<LostShard | null> {
    const turnstile = new Turnstile(askedAtOnce);
    return await this.#unlessLost(({host}, index) =>
      turnstile.through(async () => {
        if (this.lost.length === 0) this.#clocks[index] = {clock: await host.clock(), atMs: machineNow()};
      }),
    );
  }

  /** When `machineNow` of this machine is `atMs`. One that cannot be told is lost. */
  start(atMs: number): void {
    for (const [index, {host}] of this.#ears.entries()) {
      const measured = this.#clocks[index];
      if (measured === undefined) throw new Error('no start without a clock');
      const clock = aged(measured.clock, atMs - measured.atMs);
      host
        .tell({kind: 'start', load: this.#load, atMs: referenceMsAt(atMs), clock})
        .catch((why: unknown) => this.lose(index, why));
    }
  }

  /** Waits until all have ended. As soon as one is lost the others are told to, and have so long for it. */
  async ended(withinMs: number): Promise<readonly ShardEnd[]> {
    const all = Promise.all(this.#ends);
    await Promise.race([all, this.#firstLost.promise]);
    if (this.lost.length > 0) await this.abort(withinMs);
    for (const [index] of this.#ears.entries())
      if (!this.#heard[index]?.over) this.lose(index, new Error('it did not end when it was told to'));
    this.isOver = true;
    const kept = this.#ears.map(async ({host}, index) => {
      const isLost = this.lost.some(one => one.index === index);
      return {index, host, word: isLost ? null : ((await this.#ends[index]) ?? null)};
    });
    return await Promise.all(kept);
  }

  /** Tells all to end and waits for that, so long at most: those that are gone cannot be told. */
  async abort(withinMs: number): Promise<void> {
    this.isOver = true;
    const limit = new AbortController();
    const told = this.#tellAll({kind: 'abort', load: this.#load});
    await Promise.race([
      Promise.all([told, ...this.#ends]),
      delay(withinMs, undefined, {signal: limit.signal}).catch(() => {}), // by what comes next
    ]);
    limit.abort();
  }

  /** What they left was fetched. One that cannot be told says so itself. */
  async forget(): Promise<void> {
    await this.#tellAll({kind: 'forget', load: this.#load});
  }

  /** Resolves with null when this is done with all, and with the first that is lost as soon as it is. */
  async #unlessLost(work: (ear: ShardEar, index: number) => Promise<void>): Promise<LostShard | null> {
    const all = this.#ears.map((ear, index) =>
      work(ear, index).catch((why: unknown) => {
        this.lose(index, why);
      }),
    );
    return await Promise.race([this.#firstLost.promise, Promise.all(all).then(() => this.lost[0] ?? null)]);
  }

  #tellAll(order: ShardOrder): Promise<unknown> {
    return Promise.allSettled(this.#ears.map(({host}) => host.tell(order)));
  }
}
