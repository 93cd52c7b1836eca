import {Worker} from 'node:worker_threads';
import {workerPath} from '../../root.ts';
import {thrownHere} from '../workers/thrown-there.ts';
import type {FromLoad, ToLoad} from './load-worker.ts';
import type {ContinuousLoad, ContinuousLoadOptions} from './open-load.ts';
import type {ContinuousCounts} from './sender.ts';

/**
 * `openLoad` on a thread of its own: what else this one does, as judging a window of requests, makes no request late. Of single
 * requests nothing crosses over; they are in the journal. Resolves when the first one is about to be sent; throws as `openLoad` does.
 */
export const startContinuousLoad = async (options: ContinuousLoadOptions): Promise<ContinuousLoad> => {
  const worker = new Worker(workerPath('load/continuous/load-worker'), {workerData: options});
  const {promise: exited, resolve: exit} = Promise.withResolvers<void>();
  const [begun, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<ContinuousCounts>()];
  const broken = new AbortController();
  const fail = (thrown: unknown) => {
    begun.reject(thrown);
    ended.reject(thrown);
    broken.abort(thrown);
  };
  let ending = false;
  worker
    .on('message', (message: FromLoad) => {
      if (message.kind === 'begun') begun.resolve();
      else if (message.kind === 'ended') ended.resolve(message.counts);
      else fail(thrownHere(message.thrown));
    })
    .on('error', fail)
    .on('exit', () => {
      exit();
      const early = new Error('the thread of the load has ended, and with it the load');
      if (ending) ended.reject(early);
      else fail(early);
    });
  ended.promise.catch(() => {}); // whoever stops the load hears of it, and `failed` tells at once
  const tell = (message: ToLoad) => {
    ending = true;
    worker.postMessage(message);
  };
  await begun.promise;

  const end = async () => {
    tell('stop');
    const counts = await ended.promise;
    await exited;
    return counts;
  };
  let stopped: Promise<ContinuousCounts> | null = null;
  return {
    stop() {
      stopped ??= end();
      return stopped;
    },
    failed: broken.signal,
    async [Symbol.asyncDispose]() {
      tell('cut-off');
      await exited;
      if (stopped === null) broken.signal.throwIfAborted();
    },
  };
};
