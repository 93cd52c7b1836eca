import type {Stepper} from './stepper.ts';

/** A text to embed, or a pair to score. */
interface PoolingItem {
  readonly tokens: number;
  /** When it has been read and tokenised, never before the item ahead of it. */
  readonly readyAtMs: number;
}

interface PoolingJob {
  readonly id: number;
  /** One item at least. */
  readonly items: readonly PoolingItem[];
}

export interface Pooling extends Stepper<{readonly id: number}> {
  submit(job: PoolingJob): void;
  cancel(id: number): void;
  counts(): {running: number; waiting: number};
}

/** Embedding and scoring: the items of all jobs in one queue, taken in batches under a budget of tokens; one pass and an item is done. */
export const createPooling = ({
  maxBatchedTokens,
  batchMs,
}: {
  maxBatchedTokens: number;
  batchMs: (tokens: number) => number;
}): Pooling => {
  let queue: {job: PoolingJob; done: number}[] = [];
  /** Jobs with items in the batch that was begun, and how many of theirs are then done. */
  let batch = new Map<number, number>();

  return {
    submit(job) {
      queue.push({job, done: 0});
    },

    cancel(id) {
      queue = queue.filter(({job}) => job.id !== id);
    },

    counts: () => {
      const running = queue.filter(({job}) => batch.has(job.id)).length;
      return {running, waiting: queue.length - running};
    },

    readyAtMs() {
      const [first] = queue;
      return first?.job.items[first.done]?.readyAtMs ?? null;
    },

    begin(nowMs) {
      batch = new Map();
      let tokens = 0;
      for (const {job, done} of queue) {
        let taken = done;
        for (const item of job.items.slice(done)) {
          if (item.readyAtMs > nowMs || (tokens > 0 && tokens + item.tokens > maxBatchedTokens)) break;
          tokens += item.tokens;
          taken++;
        }
        if (taken > done) batch.set(job.id, taken);
        if (taken < job.items.length) break;
      }
      return batchMs(tokens);
    },

    end() {
      for (const entry of queue) entry.done = batch.get(entry.job.id) ?? entry.done;
      const finished = queue.filter(({job, done}) => done === job.items.length);
      queue = queue.filter(entry => !finished.includes(entry));
      batch = new Map();
      return finished.map(({job}) => ({id: job.id}));
    },
  };
};
