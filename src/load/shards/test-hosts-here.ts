import {createReadStream} from 'node:fs';
import {mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import {setImmediate} from 'node:timers/promises';
import {machineNow} from '../clock.ts';
import {ReferenceClock, type ReferenceTime} from './reference-clock.ts';
import type {ShardHost, ShardHosts, ShardOrder, ShardWord} from './shard-host.ts';
import {type Say, ShardLoad} from './shard-load.ts';

/** This machine's own, so that nobody has to wait for a server's seconds to change. */
export class ClockHere extends ReferenceClock {
  override isOld(): boolean {
    return false;
  }

  override async of(): Promise<ReferenceTime> {
    const aheadMs = Date.now() - machineNow();
    return {clock: {reference: 'peer', offsetMs: 0, errorMs: 0}, machineMsAt: atMs => atMs - aheadMs};
  }
}

/** A shard in this process, as its program would have it; a test may spoil it. */
export interface HostHere extends ShardHost {
  readonly orders: readonly ShardOrder[];
  /** From here on it is gone: it says so, and can be told nothing. */
  die(why: string): Promise<void>;
  /** Orders of this kind are had, and nothing comes of them. */
  ignore(kind: ShardOrder['kind']): void;
  /** What the next so many fetches bring is cut short. */
  spoilFetches(count: number): void;
  say: Say;
}

const hostHere = (name: string, folder: string): HostHere => {
  const words: ShardWord[] = [];
  const orders: ShardOrder[] = [];
  const ignored = new Set<ShardOrder['kind']>();
  const loads = new Map<number, ShardLoad>();
  let dead: Error | null = null;
  let spoiled = 0;
  let more = Promise.withResolvers<void>();
  const say: Say = word => {
    words.push({number: words.length, ...word} as ShardWord);
    more.resolve();
  };
  return {
    ...{name, orders, say},
    async die(why) {
      dead = new Error(why);
      more.resolve();
      for (const load of loads.values()) load.abort();
      await setImmediate();
    },
    ignore: kind => void ignored.add(kind),
    spoilFetches(count) {
      spoiled = count;
    },
    async tell(order) {
      if (dead !== null) throw dead;
      orders.push(order);
      if (ignored.has(order.kind) || order.kind === 'end') return;
      if (order.kind === 'prepare')
        loads.set(order.load, new ShardLoad({...order, folder, clock: new ClockHere(), say}));
      else if (order.kind === 'start') loads.get(order.load)?.start(order.atMs);
      else if (order.kind === 'abort') loads.get(order.load)?.abort();
      else await loads.get(order.load)?.forget();
    },
    async *words() {
      for (let next = 0; ; next += 1) {
        while (words.length <= next && dead === null) {
          more = Promise.withResolvers();
          await more.promise;
        }
        if (dead !== null) throw dead;
        const word = words[next];
        if (word !== undefined) yield word;
      }
    },
    async *fetch(file) {
      spoiled -= 1;
      yield* createReadStream(join(folder, file), spoiled >= 0 ? {start: 1} : {});
    },
  };
};

export interface HostsHere extends ShardHosts {
  readonly hosts: readonly HostHere[];
}

/** So many shards in this process, each with a folder of its own below `folder`. */
export const openHostsHere = async (folder: string, count: number): Promise<HostsHere> => {
  const hosts: HostHere[] = [];
  for (let index = 0; index < count; index += 1) {
    const own = join(folder, String(index));
    await mkdir(own, {recursive: true});
    hosts.push(hostHere(`host ${index}`, own));
  }
  return {
    hosts,
    async [Symbol.asyncDispose]() {
      for (const host of hosts) await host.die('it was ended');
    },
  };
};
