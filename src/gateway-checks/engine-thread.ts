import {once} from 'node:events';
import {Worker} from 'node:worker_threads';
import {engines} from '../engines/index.ts';
import {workerPath} from '../root.ts';

export interface EngineThread extends AsyncDisposable {
  readonly url: string;
  /** Why it ended; null while it runs. */
  ended(): string | null;
}

/** The simulated engine on a thread of its own, `speed` times as fast as it would be. */
export const startEngineThread = async (speed: number): Promise<EngineThread> => {
  const worker = new Worker(workerPath('simulator/worker'), {
    workerData: {dialect: engines.simulated.simulatorDialect, speed},
  });
  let ended: string | null = null;
  worker.once('error', thrown => {
    ended = `the engine failed: ${thrown.message}`;
  });
  worker.once('exit', code => {
    ended ??= `the engine ended (${code})`;
  });
  const [{url}] = (await once(worker, 'message')) as [{url: string}];
  return {
    url,
    ended: () => ended,
    async [Symbol.asyncDispose]() {
      if (ended !== null) return;
      const exit = once(worker, 'exit');
      worker.postMessage('stop');
      await exit;
    },
  };
};
