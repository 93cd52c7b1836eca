import {hostname} from 'node:os';
import {ShardSending} from './continuous/shard-sending.ts';
import {listenForOrders} from './order-socket.ts';
import {programVersion} from './program-version.ts';
import {readOrder} from './read-order.ts';
import type {Say} from './say.ts';
import type {ShardOrder} from './shard-host.ts';
import {ShardLoad} from './shard-load.ts';
import {wordText} from './word-text.ts';

export interface ShardProgramOptions {
  /** Its work folder, which is the current one too. */
  readonly folder: string;
  /** Ends it, its loads first: what they have is said. */
  readonly signal: AbortSignal;
  /** Takes one line, without its end. */
  write(line: string): void;
}

/**
 * One shard: takes orders on a socket in its folder until `signal` ends it, and says what comes of them. An order that comes twice, as
 * after an interruption, is had once.
 */
export const runShardProgram = async ({folder, signal, write}: ShardProgramOptions): Promise<void> => {
  let number = 0;
  const say: Say = word => write(wordText({number: number++, ...word}));
  const loads = new Map<number, ShardLoad | ShardSending>();
  const ended = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => ended.resolve());
  if (signal.aborted) ended.resolve();

  const known = (load: number): ShardLoad | ShardSending => {
    const found = loads.get(load);
    if (found === undefined) throw new Error(`there is no load ${load}`);
    return found;
  };
  const measured = (load: number): ShardLoad => {
    const found = known(load);
    if (!(found instanceof ShardLoad)) throw new Error(`load ${load} is a continuous one`);
    return found;
  };
  const continuous = (load: number): ShardSending => {
    const found = known(load);
    if (!(found instanceof ShardSending)) throw new Error(`load ${load} is no continuous one`);
    return found;
  };
  const obey = (order: ShardOrder): void => {
    switch (order.kind) {
      case 'prepare':
        if (!loads.has(order.load)) loads.set(order.load, new ShardLoad({...order, folder, say}));
        break;
      case 'start':
        measured(order.load).start(order.atMs, order.clock);
        break;
      case 'prepare-continuous':
        if (!loads.has(order.load)) loads.set(order.load, new ShardSending({...order, folder, say}));
        break;
      case 'begin':
        continuous(order.load).begin(order.atMachineMs);
        break;
      case 'stop':
        continuous(order.load).stop();
        break;
      case 'alive':
        for (const load of loads.values()) if (load instanceof ShardSending) load.heard();
        break;
      case 'abort':
        known(order.load).abort();
        break;
      case 'forget':
        // Its number stays known: an order to prepare it that comes late would do it all again.
        known(order.load).forget();
    }
  };
  const refuse = (load: number | null, message: string): string => {
    if (load !== null) say({kind: 'failed', load, failure: {code: null, message, hint: null}});
    return message;
  };
  const server = await listenForOrders('', text => {
    const read = readOrder(text);
    if (read.order === null) return refuse(read.load, `not an order: ${read.reason}`);
    try {
      obey(read.order);
      return null;
    } catch (thrown) {
      return refuse('load' in read.order ? read.order.load : null, (thrown as Error).message);
    }
  });
  say({kind: 'here', host: hostname(), program: await programVersion()});

  await ended.promise;
  server.close();
  for (const load of loads.values()) load.abort();
  await Promise.all([...loads.values()].map(({over}) => over));
};
