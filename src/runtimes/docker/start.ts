import {mkdir} from 'node:fs/promises';
import type Docker from 'dockerode';
import type {Engine} from '../../engines/engine.ts';
import type {Neighbours} from '../../gpu/around.ts';
import {claimGpu} from '../../gpu/claim.ts';
import {localNvidiaSmi} from '../../gpu/local.ts';
import type {Role} from '../../schema/request.ts';
import type {ContainerSettings, StackPlan} from '../../schema/stack.ts';
import {holdAgainstCards} from '../hold-against-cards.ts';
import {interruptionOf} from '../interruption.ts';
import {launchOf} from '../launch-of.ts';
import type {ServerListener} from '../server-handle.ts';
import {setLogAside} from '../set-log-aside.ts';
import type {BringUpListener, Stack} from '../stack.ts';
import {GpuAccount} from '../stack-end.ts';
import {startedStack} from '../started-stack.ts';
import {assertEnoughGpus} from '../topology/gpu-need.ts';
import {Roster} from '../topology/roster.ts';
import {onMachine, visibleGpus} from '../topology/visible-gpus.ts';
import {connectDocker, type DockerHost} from './connect/host.ts';
import {removeVolume} from './container/cache-volumes.ts';
import {orRefusal} from './container/docker-refusal.ts';
import {gpusNamedBy} from './container/gpus-of-member.ts';
import {createNetwork} from './container/network.ts';
import {passedEnvironment} from './container/passed-environment.ts';
import {startServer} from './container/server.ts';
import {nvidiaSmiOf} from './container/sidecar.ts';
import {dockerReason} from './docker-error.ts';
import {lockGpu} from './ownership/gpu-lock.ts';
import {labelsOf} from './ownership/labels.ts';
import {findLeftovers, removeLeftovers} from './ownership/leftovers.ts';
import {thisOwner} from './ownership/owner.ts';
import {type PreparedServer, prepareServers} from './prepare.ts';

export interface DockerOptions {
  readonly engine: Engine;
  readonly plan: StackPlan;
  /** In place of the plan's. */
  readonly models: Partial<Record<Role, string>>;
  /** Only these servers of the plan are started. */
  readonly roles: readonly Role[];
  /** What this Docker host needs, laid over the plan's. */
  readonly hostSettings: ContainerSettings;
  readonly runId: string;
  /** The run's folder; gets one `<member>.log` for each server; those of earlier starts are kept beside it. */
  readonly folder: string;
  /** Says which Docker engine it is, and has the secrets that are passed on. */
  readonly environment: NodeJS.ProcessEnv;
  /** Whether the GPU is locked already, by a stack of this harness that is up beside this one. */
  readonly gpuHeld?: boolean;
  /** Processes of that stack, whose memory is none of this one's. */
  readonly neighbours?: Neighbours;
  readonly signal: AbortSignal;
  readonly onLine: BringUpListener;
  readonly onServer?: ServerListener | undefined;
}

/**
 * Starts the plan's servers in containers, in the order that `startProcesses` has; a router reaches the others in the run's own
 * network. What dead runs left on this Docker engine is removed before, and said.
 * Throws DOCKER_UNREACHABLE, IMAGE_MISSING, GPU_BUSY, ENGINE_DID_NOT_START, ENGINE_DIED when one dies while another starts,
 * PLAN_DOES_NOT_FIT, BAD_OPTIONS, BAD_STACK or INTERRUPTED, and has then removed all that it made. Caches stay.
 */
export const startDocker = async (options: DockerOptions): Promise<Stack> => {
  const {engine, plan, models, roles, runId, folder, environment, gpuHeld = false, signal, onLine} = options;
  const launch = launchOf(engine, plan, roles);

  await using started = new AsyncDisposableStack();
  let serving = false;
  /** A part that stays must not keep the others, nor hide why a start failed. */
  const owe = (what: string, dispose: () => PromiseLike<unknown>) =>
    started.defer(async () => {
      try {
        await dispose();
      } catch (thrown) {
        onLine(`${what} stays (${dockerReason(thrown)}): npm run clean removes it`);
      }
    });

  const host = started.use(await connectDocker(environment, signal));
  const {docker} = host;
  await orRefusal('What dead runs left could not be looked for', removeDead(host, signal, onLine));
  const prepared = await orRefusal(
    'Images and caches could not be prepared',
    prepareServers(host, {
      ...options,
      launch,
      // Else the next start would count as warm, though little or nothing was compiled in this one.
      onNewCompileCache: name =>
        owe(`The volume ${name}`, async () => {
          if (!serving) await removeVolume(docker, name);
        }),
    }),
  );
  const labelsFor = (role: string) => labelsOf({runId, role, folder, owner: thisOwner()});

  const onGpu = prepared.find(({settings}) => settings.gpus !== 'none');
  if (onGpu !== undefined && !gpuHeld) {
    const taking = lockGpu(host, {image: onGpu.image.image.imageId, labels: labelsFor('gpu-lock')});
    const lock = await orRefusal('The lock on the GPU could not be taken', taking);
    owe('The lock on the GPU', () => lock[Symbol.asyncDispose]());
  }
  const nvidiaSmi = onGpu === undefined ? null : await nvidiaSmiOf(host, sidecarOf(docker, onGpu, labelsFor));
  if (nvidiaSmi === localNvidiaSmi && !gpuHeld) {
    const claim = await claimGpu(`run ${runId} in ${folder}, process ${process.pid}`); // from engines that are no containers
    owe('The claim on the GPU', () => claim[Symbol.asyncDispose]());
  }
  const named = gpusNamedBy(onGpu?.settings.gpus);
  const gpus = await visibleGpus(named, nvidiaSmi);
  assertEnoughGpus(
    plan.name,
    prepared.map(({member}) => member),
    gpus.count,
    onLine,
  );
  // A container with nvidia-smi is given these cards alone, and counts them from 0.
  const cardId = nvidiaSmi === localNvidiaSmi ? gpus.idOf : String;
  await holdAgainstCards({nvidiaSmi, cardId, plan, engine, models, roles, onLine});
  if (signal.aborted) throw interruptionOf(signal, 'preparing the containers');
  const network = `cutover-${runId}`;
  const removeNetwork = await orRefusal(
    `The network ${network} could not be made`,
    createNetwork(docker, network, labelsFor('network')),
  );
  owe(`The network ${network}`, removeNetwork);
  await mkdir(folder, {recursive: true});

  const account = await GpuAccount.open(nvidiaSmi, options.neighbours);
  owe('The account of GPU memory', () => account.stopped(serving ? null : onLine));
  let limitsSaid = false;
  const onLimitsRefused = () => {
    if (!limitsSaid)
      onLine(
        'this Docker engine refuses ulimits (memlock, stack): servers are started without them, which may matter for RDMA and for NCCL over several GPUs',
      );
    limitsSaid = true;
  };
  const containers = new Map(prepared.map(one => [one.member.name, one]));
  const hostPorts = new Map<string, number>();
  const roster = new Roster({
    engine,
    launch,
    members: onMachine(
      prepared.map(({member}) => member),
      gpus,
    ),
    signal,
    start: async what => {
      const {name, server} = what.member;
      const container = containers.get(name);
      if (container === undefined) throw new Error(`nothing is prepared for ${name}`);
      const {settings, gpu, image, mounts, compileCache} = container;
      await setLogAside(folder, name);
      return startServer({
        ...what,
        host,
        plan: {
          name: `${network}-${name}`,
          launch: what.program.launch,
          server,
          settings,
          image: image.image.imageId,
          imageEntrypoint: image.entrypoint,
          gpu,
          mounts,
          passed: passedEnvironment(environment),
          network,
          alias: server.part === 'whole' ? null : name,
          hostPort: hostPorts.get(name) ?? null,
          labels: labelsFor(name),
        },
        image: image.image,
        before: {pullSeconds: image.pullSeconds, compileCache},
        environment,
        folder,
        onLimitsRefused,
        onPort: port => hostPorts.set(name, port),
        onLine: line => onLine(`${name}: ${line}`),
        onServer: options.onServer,
      });
    },
  });
  owe('A container', () => roster.stopAll());
  await roster.startAll();
  serving = true;
  const lifetime = started.move();
  return startedStack({engine, runtime: 'docker', roster, nvidiaSmi, account, down: () => lifetime.disposeAsync()});
};

const sidecarOf = (
  docker: Docker,
  {image, allGpus: gpu, settings}: PreparedServer,
  labelsFor: (role: string) => Record<string, string>,
) => ({
  docker,
  image: image.image.imageId,
  gpu,
  settings,
  labels: labelsFor('nvidia-smi'),
});

/** Containers of a harness that is gone hold the GPU's memory, and the lock on it. */
const removeDead = async (host: DockerHost, signal: AbortSignal, onLine: BringUpListener): Promise<void> => {
  const dead = (await findLeftovers(host)).filter(({ownerState}) => ownerState === 'gone');
  for (const {runId, things} of dead)
    onLine(`run ${runId} ended without removing what it had made: ${things.length} to remove`);
  for (const kept of await removeLeftovers(host, dead, {signal, onLine})) onLine(kept);
};
