import {Worker} from 'node:worker_threads';
import {workerPath} from '../../root.ts';
import type {ShardPlace} from '../../schema/shard.ts';
import type {PartOptions} from '../part.ts';
import type {LoadListeners, LoadPlan} from '../run-load.ts';
import type {SharedCounts} from '../shared-counts.ts';
import type {FromWorker, ToWorker, WorkerData, WorkerResult} from './messages.ts';
import {thrownHere} from './thrown-there.ts';

type PoolListeners = Pick<LoadListeners, 'signal' | 'onBlock' | 'onReply'>;

/** One worker thread with one part of the load. */
class LoadWorker implements AsyncDisposable {
  /** Its connections are open; rejects when it fails before. */
  readonly ready: Promise<void>;
  readonly done: Promise<WorkerResult>;
  readonly #worker: Worker;

  /** `thread` is what its blocks are told with. */
  constructor(thread: number, data: WorkerData, {onBlock, onReply}: PoolListeners) {
    this.#worker = new Worker(workerPath('load/workers/worker'), {workerData: data});
    const ready = Promise.withResolvers<void>();
    const done = Promise.withResolvers<WorkerResult>();
    const fail = (thrown: unknown) => {
      ready.reject(thrown);
      done.reject(thrown);
    };
    const hear = (message: FromWorker) => {
      switch (message.kind) {
        case 'ready':
          return ready.resolve();
        case 'block':
          return onBlock(thread, message.block);
        case 'reply':
          return onReply(message.id, message.reads);
        case 'done':
          return done.resolve(message.result);
        case 'failed':
          return fail(thrownHere(message.thrown));
      }
    };
    this.#worker
      .on('message', (message: FromWorker) => {
        try {
          hear(message);
        } catch (thrown) {
          fail(thrown);
        }
      })
      .on('error', fail)
      .on('exit', code => fail(new Error(`a worker of the load ended early (${code})`)));
    this.ready = ready.promise;
    this.done = done.promise;
    // Whoever waits for the other of the two hears of it.
    this.ready.catch(() => {});
    this.done.catch(() => {});
  }

  tell(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }
}

/** Workers that have their connections. Disposing of them ends them. */
interface Workers extends AsyncDisposable {
  /** Rejects with what one of them failed with, as soon as it does. */
  run(): Promise<readonly WorkerResult[]>;
}

/** What the workers of one machine do between them. */
interface PoolWork {
  readonly plan: LoadPlan;
  readonly place: ShardPlace;
  /** One of each worker. */
  readonly parts: readonly PartOptions['part'][];
  readonly shared: SharedCounts;
}

/**
 * Starts a worker thread for each part, and resolves when all of them are ready to start together; they count together
 * in `shared`. Rejects with what one of them failed with.
 */
export const startWorkers = async (
  {plan, place, parts, shared}: PoolWork,
  listeners: PoolListeners,
): Promise<Workers> => {
  await using opened = new AsyncDisposableStack();
  const all = parts.map((part, thread) =>
    opened.use(new LoadWorker(thread, {plan, part, shard: place, shared: shared.buffer}, listeners)),
  );
  const tellAll = (message: ToWorker) => {
    for (const worker of all) worker.tell(message);
  };
  const abort = () => tellAll('abort');
  const {signal} = listeners;
  signal.addEventListener('abort', abort);
  opened.defer(() => signal.removeEventListener('abort', abort));
  if (signal.aborted) abort();
  await Promise.all(all.map(({ready}) => ready));
  const open = opened.move();
  return {
    async run() {
      tellAll('go');
      return await Promise.all(all.map(({done}) => done));
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
};
