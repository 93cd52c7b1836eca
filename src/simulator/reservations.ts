import type {Holding, PrefixCache} from './prefix-cache.ts';

/** Room in the pool for a prompt that another server computes. */
export interface Reservation {
  readonly granted: Promise<Holding>;
  /** Without effect once the room belongs to a running sequence or has been given back. */
  giveBack(): void;
  /** The room belongs to a sequence from now on. */
  handOver(): void;
}

/** Before keys and values can come, there must be room for them: first come, first served. source: SGLang's DecodePreallocQueue */
export const createReservations = (cache: PrefixCache) => {
  const waiting: {readonly tokens: number; readonly grant: (holding: Holding) => void}[] = [];

  /** To be called when something has been freed. */
  const serve = () => {
    for (let [next] = waiting; next !== undefined; [next] = waiting) {
      const holding = cache.open([]);
      if (!cache.grow(holding, next.tokens)) return cache.close(holding, [], 0);
      waiting.shift();
      next.grant(holding);
    }
  };

  return {
    serve,
    waiting: () => waiting.length,
    ask(tokens: number): Reservation {
      const {promise, resolve} = Promise.withResolvers<Holding>();
      let held: Holding | null = null;
      const entry = {
        tokens,
        grant(holding: Holding) {
          held = holding;
          resolve(holding);
        },
      };
      waiting.push(entry);
      serve();
      return {
        granted: promise,
        giveBack() {
          const at = waiting.indexOf(entry);
          if (at >= 0) waiting.splice(at, 1);
          if (held !== null) cache.close(held, [], 0);
          held = null;
          serve();
        },
        handOver() {
          held = null;
        },
      };
    },
  };
};
