import {mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import type {Engine} from '../../engines/engine.ts';
import type {Neighbours} from '../../gpu/around.ts';
import {claimGpu} from '../../gpu/claim.ts';
import {localNvidiaSmi} from '../../gpu/local.ts';
import type {Role} from '../../schema/request.ts';
import {serversFor, withModels} from '../../schema/served-roles.ts';
import type {StackPlan} from '../../schema/stack.ts';
import {holdAgainstCard} from '../hold-against-card.ts';
import {launchOf} from '../launch-of.ts';
import type {ServerListener} from '../server-handle.ts';
import {setLogAside} from '../set-log-aside.ts';
import type {BringUpListener, Stack} from '../stack.ts';
import {GpuAccount} from '../stack-end.ts';
import {type StartedServer, startedStack} from '../started-stack.ts';
import {assertPortFree} from './port.ts';
import {startServer} from './server.ts';

export interface ProcessOptions {
  readonly engine: Engine;
  readonly plan: StackPlan;
  /** The words before the engine's arguments; null for the engine's usual ones. */
  readonly launcher: readonly string[] | null;
  readonly python: string;
  /** In place of the plan's. */
  readonly models: Partial<Record<Role, string>>;
  /** Only these servers of the plan are started. */
  readonly roles: readonly Role[];
  readonly host: '127.0.0.1';
  /** Gets one `<role>.log` for each server; those of earlier starts are kept beside it. */
  readonly logDir: string;
  /** Whether the GPU is claimed already, by a stack of this harness that is up beside this one. */
  readonly gpuHeld?: boolean;
  /** Processes of that stack, whose memory is none of this one's. */
  readonly neighbours?: Neighbours;
  readonly signal: AbortSignal;
  readonly onLine: BringUpListener;
  readonly onServer?: ServerListener | undefined;
}

/**
 * Starts the plan's servers one after another, each when the last one is ready: what an engine takes of the GPU's
 * memory may depend on what is free. Throws ENGINE_DID_NOT_START, ENGINE_DIED when one dies while another starts,
 * GPU_BUSY, PLAN_DOES_NOT_FIT, BAD_OPTIONS, or INTERRUPTED, and has then stopped all of them.
 */
export const startProcesses = async (options: ProcessOptions): Promise<Stack> => {
  const {engine, plan, models, roles, host, logDir, gpuHeld = false, onLine} = options;
  const launch = launchOf(engine, plan, roles);
  const wanted = serversFor(plan.servers, roles);
  for (const {role, port} of wanted) await assertPortFree(role, host, port);
  await mkdir(logDir, {recursive: true});

  const died = new AbortController();
  const signal = AbortSignal.any([options.signal, died.signal]);
  const processes: StartedServer[] = [];
  // All at once: each may take its whole grace, and none needs another to stop.
  const stops: (() => Promise<void>)[] = [];
  const nvidiaSmi = (await localNvidiaSmi.read(['-L'])) === null ? null : localNvidiaSmi;
  await using started = new AsyncDisposableStack();
  if (nvidiaSmi !== null && !gpuHeld) started.use(await claimGpu(`the run in ${logDir}, process ${process.pid}`));
  await holdAgainstCard({nvidiaSmi, plan, engine, models, roles, onLine});
  const account = await GpuAccount.open(nvidiaSmi, options.neighbours);
  let serving = false;
  started.defer(() => account.stopped(serving ? null : onLine));
  started.defer(async () => {
    await Promise.all(stops.map(stop => stop()));
  });
  for (const planned of wanted) {
    await setLogAside(logDir, planned.role);
    const server = withModels(planned, models);
    const {role, port} = server;
    const process = await startServer({
      engine,
      launch,
      server,
      command: [...(options.launcher ?? launch.launcher(options.python)), ...launch.arguments(server, host)],
      environment: {...launch.environment(server), ...server.environment},
      url: `http://${host}:${port}`,
      logPath: join(logDir, `${role}.log`),
      owe: stop => stops.push(stop),
      signal,
      onDeath: error => died.abort(error),
      onLine: line => onLine(`${role}: ${line}`),
      onServer: options.onServer,
    });
    processes.push(process);
  }
  serving = true;
  const running = started.move();
  return startedStack({
    engine,
    runtime: 'process',
    started: processes,
    died: died.signal,
    nvidiaSmi,
    account,
    down: () => running.disposeAsync(),
  });
};
