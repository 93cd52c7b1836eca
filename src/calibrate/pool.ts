import {Worker} from 'node:worker_threads';
import {workerPath} from '../root.ts';
import type {Stretch} from './stretch.ts';
import type {Tally} from './tally.ts';

interface Pooled {
  readonly stretches: readonly Stretch[];
  readonly workers: number;
  /** Of each stretch when it is done, in whatever order. */
  onTally(stretch: Stretch, tally: Tally): void;
  readonly signal: AbortSignal;
}

/** Simulates all stretches on worker threads, each taking the next one when it is through with one. Rejects with the first failure. */
export const runStretches = async ({stretches, workers, onTally, signal}: Pooled): Promise<void> => {
  const waiting = stretches.values();
  const threads = Array.from(
    {length: Math.min(workers, stretches.length)},
    () => new Worker(workerPath('calibrate/worker')),
  );
  try {
    await Promise.all(threads.map(thread => workOff(thread, waiting, onTally, signal)));
  } finally {
    await Promise.all(threads.map(thread => thread.terminate()));
  }
};

const workOff = (
  thread: Worker,
  waiting: Iterator<Stretch>,
  onTally: Pooled['onTally'],
  signal: AbortSignal,
): Promise<void> =>
  new Promise((resolve, reject) => {
    let current: Stretch | null = null;
    const next = () => {
      const {value, done} = waiting.next();
      if (done === true || signal.aborted) return resolve();
      current = value;
      thread.postMessage(value);
    };
    thread.on('message', (tally: Tally) => {
      if (current !== null) onTally(current, tally);
      next();
    });
    thread.on('error', reject);
    thread.on('exit', code => reject(new Error(`a worker of the calibration ended early (${code})`)));
    signal.addEventListener('abort', () => resolve(), {once: true});
    next();
  });
