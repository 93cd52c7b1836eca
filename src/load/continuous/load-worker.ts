/** The thread of a continuous load: sends it until it is told to stop, and keeps the journal. Needs no package. */
import {once} from 'node:events';
import {setPriority} from 'node:os';
import {parentPort, workerData} from 'node:worker_threads';
import {sendable, type ThrownThere} from '../workers/thrown-there.ts';
import {type ContinuousLoadOptions, openLoad} from './open-load.ts';
import type {ContinuousCounts} from './sender.ts';

/** 'cut-off' gives up what is in flight, also while it is waited for. */
export type ToLoad = 'stop' | 'cut-off';

export type FromLoad =
  | {readonly kind: 'begun'}
  | {readonly kind: 'ended'; readonly counts: ContinuousCounts}
  | {readonly kind: 'failed'; readonly thrown: ThrownThere};

const port = parentPort;
if (port === null) throw new Error('load-worker.ts is not a program: startContinuousLoad starts it');

// On Linux this is the thread's own priority. It needs little time, and needs it at once: a client that waits for its turn measures the
// machine. Where this is not allowed it waits, and its lag is told.
if (process.platform === 'linux')
  try {
    setPriority(-10);
  } catch {}

const tell = (message: FromLoad) => port.postMessage(message);
const told = {stop: Promise.withResolvers<void>(), 'cut-off': Promise.withResolvers<void>()};
port.on('message', (message: ToLoad) => told[message].resolve());
const [stop, cutOff] = [told.stop.promise, told['cut-off'].promise];

try {
  await using load = await openLoad(workerData as ContinuousLoadOptions);
  tell({kind: 'begun'});
  await Promise.race([stop, cutOff, once(load.failed, 'abort')]);
  const counts = await Promise.race([cutOff, load.stop()]);
  if (counts !== undefined) tell({kind: 'ended', counts});
} catch (thrown) {
  tell({kind: 'failed', thrown: sendable(thrown)});
}
port.close();
