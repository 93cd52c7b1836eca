/** Lets a request go; without effect the second time. */
type Leave = () => void;

/**
 * Requests pass together; who changes the model has it alone, after all that had passed and before all that come meanwhile.
 * source: SGLang's utils/aio_rwlock.py, whose readers keep their lock until their reply is over
 */
export interface Gate {
  enter(): Promise<Leave>;
  alone<Result>(work: () => Promise<Result>): Promise<Result>;
  /** From now on nobody passes, until it is opened; who is inside stays. Resolves when nobody is. */
  shut(): Promise<void>;
  open(): void;
  isShut(): boolean;
}

export const createGate = (): Gate => {
  let inside = 0;
  let writers = 0;
  let isShut = false;
  let changed = Promise.withResolvers<void>();
  let turn: Promise<unknown> = Promise.resolve();
  const change = () => {
    changed.resolve();
    changed = Promise.withResolvers<void>();
  };
  const until = async (isSo: () => boolean) => {
    while (!isSo()) await changed.promise;
  };

  return {
    async enter() {
      await until(() => writers === 0 && !isShut);
      inside++;
      let left = false;
      return () => {
        if (left) return;
        left = true;
        inside--;
        change();
      };
    },
    async alone(work) {
      writers++;
      const before = turn;
      const mine = Promise.withResolvers<void>();
      turn = mine.promise;
      await before;
      await until(() => inside === 0);
      try {
        return await work();
      } finally {
        writers--;
        mine.resolve();
        change();
      }
    },
    async shut() {
      isShut = true;
      await until(() => inside === 0);
    },
    open() {
      isShut = false;
      change();
    },
    isShut: () => isShut,
  };
};
