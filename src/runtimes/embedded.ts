import {setTimeout as delay} from 'node:timers/promises';
import {Worker} from 'node:worker_threads';
import type {Engine} from '../engines/engine.ts';
import {CutoverError, reasonOf} from '../errors.ts';
import {workerPath} from '../root.ts';
import {roles} from '../schema/request.ts';
import type {SimulatorConfig} from '../simulator/config.ts';
import type {Fault} from '../simulator/faults.ts';
import {endpointOf} from './endpoint.ts';
import {interruptionOf} from './interruption.ts';
import {readPages} from './probe.ts';
import {waitUntilReady} from './ready.ts';
import type {ServerListener} from './server-handle.ts';
import type {BringUpListener, Stack} from './stack.ts';
import {stopOnce} from './stack-end.ts';

export interface EmbeddedOptions {
  readonly engine: Engine;
  /** Whose API the simulated engine speaks. */
  readonly dialect: SimulatorConfig['dialect'];
  readonly model: string;
  readonly seed: number;
  readonly faults: readonly Fault[];
  /** The KV pool and its pages in tokens; null is what the dialect's engine would have. */
  readonly kvTokens?: number | null;
  readonly pageTokens?: number | null;
  readonly signal: AbortSignal;
  readonly onLine: BringUpListener;
  readonly onServer?: ServerListener | undefined;
  readonly readyWithinSeconds?: number;
}

const stopWithinMs = 5000;

/**
 * Starts the simulated engine in a thread of its own, so that it and the client do not wait for one another's event
 * loop; one server answers for all roles. Throws ENGINE_DID_NOT_START or INTERRUPTED.
 */
export const startEmbedded = async (options: EmbeddedOptions): Promise<Stack> => {
  const {
    engine,
    dialect,
    model,
    seed,
    faults,
    kvTokens,
    pageTokens,
    signal,
    onLine,
    onServer,
    readyWithinSeconds = 30,
  } = options;
  if (signal.aborted) throw interruptionOf(signal, 'starting the simulated engine');
  onLine(`starting the simulated engine (${dialect} dialect) in a thread`);
  const startedMs = performance.now();
  const ice = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(workerPath('simulator/worker'), {
    workerData: {
      ice,
      ...{dialect, port: 0, seed, model, faults},
      ...{kvTokens: kvTokens ?? undefined, pageTokens: pageTokens ?? undefined},
    },
  });
  const ended = new Promise<string>(resolve => {
    worker.once('error', thrown => resolve(reasonOf(thrown)));
    worker.once('exit', code => resolve(`its thread ended with code ${code}`));
  });
  await using started = new AsyncDisposableStack();
  let stopping = false;
  started.defer(async () => {
    stopping = true;
    thaw(ice);
    worker.postMessage('stop');
    await Promise.race([ended, delay(stopWithinMs, undefined, {ref: false})]);
    await worker.terminate(); // does nothing to a thread that has ended
  });

  onServer?.({
    roles,
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

  const url = await servedAt(worker, ended);
  const readiness = await waitUntilReady({engine, url, ended, withinSeconds: readyWithinSeconds, signal});
  if (readiness.state === 'ended') throw didNotStart(await ended);
  if (readiness.state === 'late') throw didNotStart(`not ready within ${readyWithinSeconds} s (${readiness.cause})`);
  const readySeconds = Math.round(performance.now() - startedMs) / 1000;
  onLine(`ready after ${readySeconds.toFixed(1)} s`);

  const died = new AbortController();
  void ended.then(reason => {
    if (!stopping) died.abort(new CutoverError('ENGINE_DIED', `The simulated engine died: ${reason}`, {hint}));
  });
  const {bodies} = await readPages(url, engine.factPaths, signal);
  const facts = engine.readFacts(bodies);
  const served = {url, model: facts.model ?? model, facts, command: null, readySeconds};
  const servers = roles.map(role => ({role, ...served, container: null, startup: null, memory: null}));
  const running = started.move();
  const stop = stopOnce(() => running.disposeAsync());
  return {
    engine,
    runtime: 'embedded',
    evidence: 'simulated',
    servers,
    died: died.signal,
    endpoint: role => endpointOf(servers, role),
    control: null,
    nvidiaSmi: null,
    processesOf: async () => [],
    stop,
    [Symbol.asyncDispose]: async () => void (await stop()),
  };
};

/** The thread waits in the kernel until the word is 0 (worker.ts), and answers nothing meanwhile. */
const thaw = (ice: Int32Array): void => {
  Atomics.store(ice, 0, 0);
  Atomics.notify(ice, 0);
};

/** The URL that the worker posts once it listens. It loads a few files to get there: only its end can prevent it. */
const servedAt = (worker: Worker, ended: Promise<string>): Promise<string> =>
  Promise.race([
    new Promise<string>(resolve => worker.once('message', ({url}: {url: string}) => resolve(url))),
    ended.then(reason => Promise.reject(didNotStart(reason))),
  ]);

const hint = 'Leave --fault out; if none was given, this is a mistake in cutover itself: please report it.';
const didNotStart = (reason: string) =>
  new CutoverError('ENGINE_DID_NOT_START', `The simulated engine did not start: ${reason}`, {hint});
