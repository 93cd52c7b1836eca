import {mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import type {Engine} from '../../engines/engine.ts';
import type {Neighbours} from '../../gpu/around.ts';
import {claimGpu} from '../../gpu/claim.ts';
import {localNvidiaSmi} from '../../gpu/local.ts';
import type {Role} from '../../schema/request.ts';
import type {StackPlan} from '../../schema/stack.ts';
import {holdAgainstCards} from '../hold-against-cards.ts';
import {launchOf} from '../launch-of.ts';
import type {ServerListener} from '../server-handle.ts';
import {setLogAside} from '../set-log-aside.ts';
import type {BringUpListener, Stack} from '../stack.ts';
import {GpuAccount} from '../stack-end.ts';
import {startedStack} from '../started-stack.ts';
import {assertEnoughGpus} from '../topology/gpu-need.ts';
import {membersOf} from '../topology/members.ts';
import {Roster} from '../topology/roster.ts';
import {gpuEnvironment, gpusNamedIn, onMachine, visibleGpus} from '../topology/visible-gpus.ts';
import {assertPortFree} from './port.ts';
import {startServer} from './server.ts';

export interface ProcessOptions {
  readonly engine: Engine;
  readonly plan: StackPlan;
  /** The words before the engine's arguments, never before a router's; null for the engine's usual ones. */
  readonly launcher: readonly string[] | null;
  /** The interpreter of engines and routers. */
  readonly python: string;
  /** In place of the plan's. */
  readonly models: Partial<Record<Role, string>>;
  /** Only these servers of the plan are started. */
  readonly roles: readonly Role[];
  readonly host: '127.0.0.1';
  /** Gets one `<member>.log` for each server; those of earlier starts are kept beside it. */
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
 * Starts the plan's servers: those that share a GPU, as plain ones do, one after another, each when the last one is ready, for
 * what an engine takes of the GPU's memory may depend on what is free; others as the plan says who waits for whom. Throws
 * ENGINE_DID_NOT_START, ENGINE_DIED when one dies while another starts, GPU_BUSY, PLAN_DOES_NOT_FIT, BAD_OPTIONS, or
 * INTERRUPTED, and has then stopped all of them.
 */
export const startProcesses = async (options: ProcessOptions): Promise<Stack> => {
  const {engine, plan, models, roles, host, logDir, gpuHeld = false, signal, onLine} = options;
  const launch = launchOf(engine, plan, roles);
  const planned = membersOf(plan, roles, models);
  const nvidiaSmi = (await localNvidiaSmi.read(['-L'])) === null ? null : localNvidiaSmi;
  const gpus = await visibleGpus(gpusNamedIn(process.env), nvidiaSmi);
  assertEnoughGpus(plan.name, planned, gpus.count, onLine);
  const members = onMachine(planned, gpus);
  for (const {name, server} of members)
    for (const port of [server.port, server.bootstrapPort ?? []].flat()) await assertPortFree(name, host, port);
  await mkdir(logDir, {recursive: true});

  await using started = new AsyncDisposableStack();
  if (nvidiaSmi !== null && !gpuHeld) started.use(await claimGpu(`the run in ${logDir}, process ${process.pid}`));
  await holdAgainstCards({nvidiaSmi, plan, engine, models, roles, cardId: gpus.idOf, onLine});
  const account = await GpuAccount.open(nvidiaSmi, options.neighbours);
  let serving = false;
  started.defer(() => account.stopped(serving ? null : onLine));
  const environments = new Map(planned.map(member => [member.name, gpuEnvironment(member, gpus)]));
  const roster = new Roster({
    engine,
    launch,
    members,
    signal,
    start: async what => {
      const {member, program} = what;
      const {name, server} = member;
      await setLogAside(logDir, name);
      const own = server.part === 'router' ? null : options.launcher;
      return startServer({
        ...what,
        command: [...(own ?? program.launch.launcher(options.python)), ...program.launch.arguments(server, host)],
        environment: {...program.launch.environment(server), ...server.environment, ...environments.get(name)},
        url: `http://${host}:${server.port}`,
        logPath: join(logDir, `${name}.log`),
        onLine: line => onLine(`${name}: ${line}`),
        onServer: options.onServer,
      });
    },
  });
  started.defer(() => roster.stopAll());
  await roster.startAll();
  serving = true;
  const running = started.move();
  return startedStack({engine, runtime: 'process', roster, nvidiaSmi, account, down: () => running.disposeAsync()});
};
