import type {ServerResponse} from 'node:http';
import type {GatewayLine} from '../schema/journal.ts';
import type {Turnstile} from './turnstile.ts';
import type {Visit} from './visit.ts';

type Ended = Omit<GatewayLine, 'seq'>;

/** Who has come and not gone yet. Each visit, and each copy, is told of exactly once, when it ends. */
export interface Ledger {
  /** The visit ends with its reply, or when the caller's connection does. */
  begin(visit: Visit, reply: ServerResponse): void;
  /** A copy ended; nobody has its answer. */
  copied(visit: Visit, status: number): void;
  /** Resolves when nobody is here any more, or after `withinMs`, with how many are. */
  settled(withinMs: number): Promise<number>;
}

export const openLedger = (door: Turnstile, tell: (line: Ended) => void): Ledger => {
  let here = 0;
  const onEmpty = new Set<() => void>();
  return {
    begin(visit, reply) {
      here += 1;
      reply.once('close', () => {
        const whole = reply.writableFinished;
        if (whole) visit.over = true;
        else visit.gone();
        door.leave(visit);
        tell(visit.line(whole ? reply.statusCode : null));
        here -= 1;
        if (here === 0) for (const go of onEmpty) go();
      });
    },
    copied: (visit, status) => tell(visit.line(status)),
    async settled(withinMs) {
      if (here === 0) return 0;
      const {promise, resolve} = Promise.withResolvers<void>();
      const patience = setTimeout(resolve, withinMs);
      onEmpty.add(resolve);
      await promise;
      clearTimeout(patience);
      onEmpty.delete(resolve);
      return here;
    },
  };
};
