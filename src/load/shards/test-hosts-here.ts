import {createReadStream} from 'node:fs';
import {mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import {setImmediate} from 'node:timers/promises';
import {measurePeerOffset, tellTime} from './peer-clock.ts';
import type {Say} from './say.ts';
import type {ShardHost, ShardHosts, ShardOrder, ShardWord} from './shard-host.ts';
import {ShardLoad} from './shard-load.ts';

/** A shard in this process, as its program would have it; a test may spoil it. */
export interface HostHere extends ShardHost {
  readonly orders: readonly ShardOrder[];
  /** From here on it is gone: it says so, and can be told nothing. */
  die(why: string): Promise<void>;
  /** Orders of this kind are had, and nothing comes of them. */
  ignore(kind: ShardOrder['kind']): void;
  /** What the next so many fetches bring is cut short. */
  spoilFetches(count: number): void;
  /** What it counted of its next load has so many requests more than there were. */
  miscount(more: number): void;
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
  let miscounted = 0;
  const say: Say = word => {
    if (word.kind === 'done' && miscounted !== 0) {
      const {outcome} = word;
      const counts = {...outcome.counts, ok: outcome.counts.ok + miscounted};
      miscounted = 0;
      return say({...word, outcome: {...outcome, counts}});
    }
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
    miscount(more) {
      miscounted = more;
    },
    async tell(order) {
      if (dead !== null) throw dead;
      orders.push(order);
      if (ignored.has(order.kind)) return;
      if (order.kind === 'prepare') loads.set(order.load, new ShardLoad({...order, folder, say}));
      else if (order.kind === 'start') loads.get(order.load)?.start(order.atMs, order.clock);
      else if (order.kind === 'abort') loads.get(order.load)?.abort();
      else if (order.kind === 'forget') await loads.get(order.load)?.forget();
    },
    async clock() {
      if (dead !== null) throw dead;
      return await measurePeerOffset(questions => tellTime(questions));
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
