import type {Engine} from '../engines/engine.ts';
import {roles} from '../schema/request.ts';
import type {SimulatorConfig} from '../simulator/config.ts';
import type {Fault} from '../simulator/faults.ts';
import {startSimulated} from './embedded/simulated-server.ts';
import {endpointOf} from './endpoint.ts';
import {readPages} from './probe.ts';
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

/**
 * Starts the simulated engine in a thread of its own, so that it and the client do not wait for one another's event
 * loop; one server answers for all roles. Throws ENGINE_DID_NOT_START or INTERRUPTED.
 */
export const startEmbedded = async (options: EmbeddedOptions): Promise<Stack> => {
  const {engine, dialect, model, seed, faults, kvTokens, pageTokens, signal, onLine, onServer} = options;
  onLine(`starting the simulated engine (${dialect} dialect) in a thread`);
  const died = new AbortController();
  await using started = new AsyncDisposableStack();
  let stopServer = async () => {};
  started.defer(() => stopServer());
  const start = (changes: Partial<SimulatorConfig>) =>
    startSimulated({
      title: 'The simulated engine',
      // Adapters and sleep cost a simulated engine nothing that would show in a load without them.
      config: {
        ...{dialect, seed, model, faults: [...faults], lora: true, sleeps: true},
        ...poolOf({kvTokens, pageTokens}),
        ...changes,
      },
      who: {name: 'simulated', part: 'whole', roles},
      health: engine.health,
      readyWithinSeconds: options.readyWithinSeconds ?? 30,
      signal,
      owe: stop => {
        stopServer = stop;
      },
      onDeath: error => died.abort(error),
      onServer,
    });
  let server = await start({});
  const {url, readySeconds} = server;
  onLine(`ready after ${readySeconds.toFixed(1)} s`);

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
    control: {
      kill: () => server.kill(),
      async start(_member, {model: modelPath} = {}) {
        const port = Number(new URL(url).port);
        server = await start({port, ...(modelPath === undefined ? {} : {modelPath})});
      },
    },
    nvidiaSmi: null,
    processesOf: async () => [],
    stop,
    [Symbol.asyncDispose]: async () => void (await stop()),
  };
};

/** Without what is not said. */
export const poolOf = ({
  kvTokens,
  pageTokens,
}: {
  kvTokens?: number | null | undefined;
  pageTokens?: number | null | undefined;
}) => ({
  ...(kvTokens == null ? {} : {kvTokens}),
  ...(pageTokens == null ? {} : {pageTokens}),
});
