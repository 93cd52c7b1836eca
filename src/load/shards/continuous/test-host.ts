import {createHash} from 'node:crypto';
import type {Say} from '../say.ts';
import {ShardGone} from '../shard-gone.ts';
import type {LastingHost, ShardOrder, ShardWord} from '../shard-host.ts';

const hashOfNothing = createHash('sha256').digest('hex');
export const program = {version: '1.2.3', sources: 'abc'};
export const counts = {sent: 0, served: 0, refused: 0, failed: 0, lost: 0};
export const kept = (why: string | null) =>
  ({kind: 'kept', load: 0, counts, file: {name: 'load-0.jsonl', bytes: 0, sha256: hashOfNothing}, why}) as const;

/** A shard whose clock is 5 s behind: it is ready when it is told of a load, and keeps its journal when it is told to stop. */
export const hostNamed = (name: string) => {
  const words: ShardWord[] = [];
  const orders: ShardOrder[] = [];
  let dead: Error | null = null;
  let more = Promise.withResolvers<void>();
  const wake = () => {
    more.resolve();
    more = Promise.withResolvers();
  };
  const say: Say = word => {
    words.push({number: words.length, ...word} as ShardWord);
    wake();
  };
  const host: LastingHost = {
    name,
    async tell(order) {
      if (dead !== null) throw dead;
      orders.push(order);
      if (order.kind === 'prepare-continuous') say({kind: 'ready', load: 0, node: `node of ${name}`});
      if (order.kind === 'stop') say(kept(null));
    },
    clock: async () => ({reference: 'peer', offsetMs: 5000, errorMs: 0.1}),
    async accompany(signal) {
      await new Promise(resolve => signal.addEventListener('abort', resolve));
    },
    async *words() {
      for (let next = 0; ; ) {
        const waiting = more.promise;
        for (; next < words.length; next += 1) yield words[next] as ShardWord;
        if (dead !== null) throw dead;
        await waiting;
      }
    },
    async *fetch() {},
  };
  say({kind: 'here', host: name, program});
  const die = (why: string) => {
    dead = new ShardGone('TRIAL_FAILED', why);
    wake();
  };
  return {host, orders, say, die};
};
