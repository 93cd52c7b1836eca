import {Worker} from 'node:worker_threads';
import type {KubeConfig} from '@kubernetes/client-node';
import {reasonOf} from '../../errors.ts';
import {workerPath} from '../../root.ts';
import type {Forward} from './forward.ts';
import type {ForwardData, FromForward, ToForward} from './forward-messages.ts';
import type {PodPort} from './port-stream.ts';

export interface ForwardThread extends Forward {
  /** The lag of its event loop counts from now on. */
  resetLag(): void;
  /** At p99, in ms; null where it was never sampled. */
  lagP99Ms(): Promise<number | null>;
}

export interface ThreadOptions {
  readonly config: KubeConfig;
  /** Where connections go now. */
  readonly to: () => PodPort;
  /** After a dial that failed; what it rejects with ends all further ones. */
  readonly look: () => Promise<void>;
  /** It ended without being told to. */
  readonly onEnd: (why: string) => void;
}

/** As the load's client watches its own. */
const resolutionMs = 10;

/** A forward on a thread of its own. Rejects when that does not start. */
export const startForward = async ({config, to, look, onEnd}: ThreadOptions): Promise<ForwardThread> => {
  const workerData: ForwardData = {kubeconfig: config.exportConfig(), to: to(), resolutionMs};
  const worker = new Worker(workerPath('runtimes/kubernetes/forward-worker'), {workerData});
  const tell = (message: ToForward) => worker.postMessage(message);
  const open = Promise.withResolvers<number>();
  const exited = Promise.withResolvers<void>();
  const lags: PromiseWithResolvers<number | null>[] = [];
  let looking = false;
  const lookOnce = async () => {
    if (looking) return; // one answer is for all that wait
    looking = true;
    try {
      await look();
      tell({kind: 'to', to: to()});
    } catch (thrown) {
      tell({kind: 'over', why: reasonOf(thrown)});
    } finally {
      looking = false;
    }
  };
  worker.on('message', (message: FromForward) => {
    if (message.kind === 'open') open.resolve(message.port);
    else if (message.kind === 'lag') lags.shift()?.resolve(message.p99Ms);
    else void lookOnce();
  });
  let why = 'its thread ended';
  let told = false;
  let over = false;
  worker.on('error', thrown => {
    why = reasonOf(thrown);
    open.reject(thrown);
  });
  worker.on('exit', () => {
    over = true;
    if (!told) onEnd(why);
    open.reject(new Error('the forward ended as it began'));
    for (const lag of lags) lag.resolve(null);
    exited.resolve();
  });
  return {
    port: await open.promise,
    resetLag: () => tell({kind: 'reset-lag'}),
    lagP99Ms() {
      if (over) return Promise.resolve(null);
      const lag = Promise.withResolvers<number | null>();
      lags.push(lag);
      tell({kind: 'read-lag'});
      return lag.promise;
    },
    async [Symbol.asyncDispose]() {
      told = true;
      tell({kind: 'close'});
      await exited.promise;
    },
  };
};
