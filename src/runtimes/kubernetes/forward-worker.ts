import {monitorEventLoopDelay} from 'node:perf_hooks';
import {parentPort, workerData} from 'node:worker_threads';
import {KubeConfig} from '@kubernetes/client-node';
import {openForward} from './forward.ts';
import type {ForwardData, FromForward, ToForward} from './forward-messages.ts';
import {openPortStream} from './port-stream.ts';

/** The forward on a thread of its own: what passes through it must not hold up the clock of the load's client. */
const data = workerData as ForwardData;
const config = new KubeConfig();
config.loadFromString(data.kubeconfig);

let to = data.to;
/** What dials that failed wait for: whoever looks after the pod. */
const nextLook = () => {
  const next = Promise.withResolvers<void>();
  next.promise.catch(() => {}); // there may be nobody who waits
  return next;
};
let looking = nextLook();
const lag = monitorEventLoopDelay({resolution: data.resolutionMs});
lag.enable();

const tell = (message: FromForward) => parentPort?.postMessage(message);

const forward = await openForward({
  dial: () => openPortStream(config, to),
  look() {
    tell({kind: 'failed'});
    return looking.promise;
  },
});

parentPort?.on('message', async (message: ToForward) => {
  const looked = looking;
  switch (message.kind) {
    case 'to':
      to = message.to;
      looking = nextLook();
      return looked.resolve();
    case 'over':
      looking = nextLook();
      return looked.reject(new Error(message.why));
    case 'reset-lag':
      return lag.reset();
    case 'read-lag':
      return tell({
        kind: 'lag',
        p99Ms: lag.count === 0 ? null : Math.max(0, lag.percentile(99) / 1e6 - data.resolutionMs),
      });
    case 'close':
      await forward[Symbol.asyncDispose]();
      lag.disable();
      parentPort?.close();
  }
});
tell({kind: 'open', port: forward.port});
