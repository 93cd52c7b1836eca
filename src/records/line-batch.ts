/** A batch is written so long after its first line: what is told soon after need not be told at once, and the write has time, too. */
const batchMs = 20;

export interface LineBatch {
  add(line: string): void;
  /** Resolves when all that was added has been written. */
  flush(): Promise<void>;
}

/**
 * Lines, written many at a time and in order: a write for each one would cost more than the request that it tells of. `write` is
 * called again when it has resolved; what it throws goes to `onError`, and its lines are lost.
 */
export const lineBatch = (write: (text: string) => Promise<unknown>, onError: (thrown: unknown) => void): LineBatch => {
  let lines = '';
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> = Promise.resolve();
  const flush = (): Promise<void> => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    writing = writing.then(async () => {
      if (lines === '') return;
      const text = lines;
      lines = '';
      await write(text).catch(onError);
    });
    return writing;
  };
  return {
    add(line) {
      lines += `${line}\n`;
      timer ??= setTimeout(() => void flush(), batchMs);
    },
    flush,
  };
};
