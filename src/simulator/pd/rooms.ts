import type {Delivery} from './bootstrap.ts';

/** Where a prefill server's request and the decode server that asks for what it computes meet, whoever comes first. */
interface Room {
  /** The decode server has place for the prompt. */
  readonly asked: Promise<void>;
  /** Aborted when the decode server has gone. */
  readonly gone: AbortSignal;
  deliver(delivery: Delivery): void;
  fail(reason: string): void;
}

export interface Rooms {
  /** The prefill server's request has come. */
  enter(room: number): Room;
  /** A decode server asks; rejects with an Error that says why nothing comes. Aborting `gone` says that it has gone. */
  ask(room: number, gone: AbortController): Promise<Delivery>;
}

export const createRooms = (): Rooms => {
  const open = new Map<number, {asked: PromiseWithResolvers<AbortSignal>; delivered: PromiseWithResolvers<Delivery>}>();
  const roomOf = (room: number) => {
    const found = open.get(room) ?? {
      asked: Promise.withResolvers<AbortSignal>(),
      delivered: Promise.withResolvers<Delivery>(),
    };
    found.delivered.promise.catch(() => {}); // nobody may have asked
    open.set(room, found);
    return found;
  };

  return {
    enter(room) {
      const {asked, delivered} = roomOf(room);
      const gone = new AbortController();
      const told = asked.promise.then(signal => {
        if (signal.aborted) gone.abort();
        else signal.addEventListener('abort', () => gone.abort());
      });
      return {
        asked: told,
        gone: gone.signal,
        deliver(delivery) {
          open.delete(room);
          delivered.resolve(delivery);
        },
        fail(reason) {
          open.delete(room);
          delivered.reject(new Error(reason));
        },
      };
    },
    ask(room, gone) {
      const {asked, delivered} = roomOf(room);
      asked.resolve(gone.signal);
      gone.signal.addEventListener('abort', () => open.delete(room));
      return delivered.promise;
    },
  };
};
