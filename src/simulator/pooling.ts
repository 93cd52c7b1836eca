import type {Stepper} from './stepper.ts';

/** Texts to embed, or pairs to score. */
interface PoolingJob {
  readonly id: number;
  /** When it has been read and tokenised. Jobs are submitted in this order. */
  readonly readyAtMs: number;
  /** Tokens of each item, one item at least. */
  readonly itemTokens: readonly number[];
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

    readyAtMs: () => queue[0]?.job.readyAtMs ?? null,

    begin(nowMs) {
      batch = new Map();
      let tokens = 0;
      for (const {job, done} of queue) {
        if (job.readyAtMs > nowMs) break;
        let taken = done;
        for (const itemTokens of job.itemTokens.slice(done)) {
          if (tokens > 0 && tokens + itemTokens > maxBatchedTokens) break;
          tokens += itemTokens;
          taken++;
        }
        if (taken > done) batch.set(job.id, taken);
        if (taken < job.itemTokens.length) break;
      }
      return batchMs(tokens);
    },

    end() {
      for (const entry of queue) entry.done = batch.get(entry.job.id) ?? entry.done;
      const finished = queue.filter(({job, done}) => done === job.itemTokens.length);
      queue = queue.filter(entry => !finished.includes(entry));
      batch = new Map();
      return finished.map(({job}) => ({id: job.id}));
    },
  };
};
