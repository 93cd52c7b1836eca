import {setTimeout as delay} from 'node:timers/promises';
import {Worker} from 'node:worker_threads';
import {CutoverError, reasonOf} from '../../errors.ts';
import {workerPath} from '../../root.ts';
import type {SimulatorConfig} from '../../simulator/config.ts';
import {interruptionOf} from '../interruption.ts';
import {waitUntilReady} from '../ready.ts';
import type {ServerHandle, ServerListener} from '../server-handle.ts';
import type {Program} from '../topology/program.ts';

interface SimulatedOptions {
  /** As errors begin, for example `The simulated engine`. */
  readonly title: string;
  readonly config: Partial<SimulatorConfig> & Pick<SimulatorConfig, 'dialect'>;
  /** Who it is, for whoever strikes it. */
  readonly who: Pick<ServerHandle, 'name' | 'part' | 'roles'>;
  readonly health: Program['health'];
  readonly readyWithinSeconds: number;
  readonly signal: AbortSignal;
  /** Takes over the duty to stop the thread, as soon as there is one. */
  readonly owe: (stop: () => Promise<void>) => void;
  /** Called once, if the thread ends after it was ready and before it was asked to. */
  readonly onDeath: (error: CutoverError) => void;
  readonly onServer?: ServerListener | undefined;
}

interface SimulatedServer {
  readonly url: string;
  readonly readySeconds: number;
  /** At once; its end is no death then. */
  kill(): Promise<void>;
}

const stopWithinMs = 5000;

/** Starts a simulated engine in a thread of its own and waits until it is ready. Throws ENGINE_DID_NOT_START or INTERRUPTED. */
export const startSimulated = async (options: SimulatedOptions): Promise<SimulatedServer> => {
  const {title, config, who, health, readyWithinSeconds, signal, owe, onDeath, onServer} = options;
  if (signal.aborted) throw interruptionOf(signal, `starting ${title}`);
  const didNotStart = (reason: string) =>
    new CutoverError('ENGINE_DID_NOT_START', `${title} did not start: ${reason}`, {hint});
  const startedMs = performance.now();
  const ice = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(workerPath('simulator/worker'), {workerData: {ice, ...config}});
  const ended = new Promise<string>(resolve => {
    worker.once('error', thrown => resolve(reasonOf(thrown)));
    worker.once('exit', code => resolve(`its thread ended with code ${code}`));
  });
  let stopping = false;
  owe(async () => {
    stopping = true;
    thaw(ice);
    worker.postMessage('stop');
    await Promise.race([ended, delay(stopWithinMs, undefined, {ref: false})]);
    await worker.terminate(); // does nothing to a thread that has ended
  });

  onServer?.({
    ...who,
    kill: async () => void (await worker.terminate()),
    freeze: async () => {
      Atomics.store(ice, 0, 1);
      worker.postMessage('freeze');
    },
    thaw: async () => thaw(ice),
    network: null,
    // Of the whole program: a thread has no memory of its own that the system counts.
    hostMiB: async () => process.memoryUsage.rss() / 2 ** 20,
    processes: async () => [],
    memoryLimitGiB: null,
    runPython: null,
  });

  // It loads a few files until it posts where it listens: only its end can prevent that.
  const url = await Promise.race([
    new Promise<string>(resolve => worker.once('message', ({url}: {url: string}) => resolve(url))),
    ended.then(reason => Promise.reject(didNotStart(reason))),
  ]);
  const readiness = await waitUntilReady({health, url, ended, withinSeconds: readyWithinSeconds, signal});
  if (readiness.state === 'ended') throw didNotStart(await ended);
  if (readiness.state === 'late') throw didNotStart(`not ready within ${readyWithinSeconds} s (${readiness.cause})`);
  void ended.then(reason => {
    if (!stopping) onDeath(new CutoverError('ENGINE_DIED', `${title} died: ${reason}`, {hint}));
  });
  return {
    url,
    readySeconds: Math.round(performance.now() - startedMs) / 1000,
    kill: async () => {
      stopping = true;
      await worker.terminate();
    },
  };
};

/** The thread waits in the kernel until the word is 0 (worker.ts), and answers nothing meanwhile. */
const thaw = (ice: Int32Array): void => {
  Atomics.store(ice, 0, 0);
  Atomics.notify(ice, 0);
};

const hint = 'Leave --fault out; if none was given, this is a mistake in cutover itself: please report it.';
