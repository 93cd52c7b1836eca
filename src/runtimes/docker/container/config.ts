import type {ContainerCreateOptions, HostConfig, MountSettings} from 'dockerode';
import type {ContainerSettings, StackServer} from '../../../schema/stack.ts';
import type {Launch} from '../../topology/program.ts';
import {bindMounts} from './bind-mounts.ts';
import type {GpuAccess} from './gpu-access.ts';
import {publishOf} from './settings.ts';

export interface ContainerPlan {
  readonly name: string;
  readonly launch: Launch;
  readonly server: StackServer;
  /** All layers merged. */
  readonly settings: ContainerSettings;
  readonly image: string;
  /** The image's own; empty where it has none. */
  readonly imageEntrypoint: readonly string[];
  readonly gpu: GpuAccess;
  readonly mounts: readonly MountSettings[];
  /** From the harness's environment, `passedEnvironment`. */
  readonly passed: Readonly<Record<string, string>>;
  readonly network: string;
  /** Its name there, beside the container's own: shorter, and the same when it is started again. Null where no other server asks for it. */
  readonly alias: string | null;
  /** The port of the Docker host that it had before; null for one that is started for the first time. */
  readonly hostPort: number | null;
  readonly labels: Record<string, string>;
}

const gibibyte = 2 ** 30;
/** As SGLang's documents; a limit, of which only what is used takes memory. */
const defaultShmGiB = 32;
/** Stops a fork bomb. Engines on hosts with hundreds of cores have some thousand threads. */
const defaultPids = 32_768;
/** As in SGLang's compose file: memory that RDMA pins without a limit, 64 MiB of stack. */
const defaultUlimits = {memlock: -1, stack: 64 * 2 ** 20};

export const portKey = (server: StackServer) => `${server.port}/tcp`;

/** The words that the container runs, its entry point included. */
export const commandOf = (plan: ContainerPlan): readonly string[] => {
  const {entrypoint, words} = commandParts(plan);
  return [...(entrypoint ?? plan.imageEntrypoint), ...words];
};

/**
 * The container of one server. Capabilities stay Docker's own: engines run as root in caches that belong to others, and
 * that takes DAC_OVERRIDE, CHOWN and FOWNER. `/dev/shm` is the container's own unless the settings share the host's: what a
 * killed engine leaves there goes with the container.
 */
export const containerConfig = (plan: ContainerPlan): ContainerCreateOptions => {
  const {name, launch, server, settings, image, network, labels} = plan;
  const {entrypoint, words} = commandParts(plan);
  return {
    name,
    Image: image,
    ...(entrypoint === null ? {} : {Entrypoint: [...entrypoint]}),
    Cmd: [...words],
    Env: Object.entries(variablesOf(plan)).map(([variable, value]) => `${variable}=${value}`),
    Labels: labels,
    ExposedPorts: {[portKey(server)]: {}},
    StopTimeout: Math.ceil(launch.graceSeconds),
    // The image's own check would put load on the engine while it is measured.
    Healthcheck: {Test: ['NONE']},
    ...(plan.alias === null ? {} : {NetworkingConfig: {EndpointsConfig: {[network]: endpointOf(plan)}}}),
    HostConfig: {
      ...plan.gpu,
      NetworkMode: network,
      PortBindings: {
        [portKey(server)]: [{HostIp: publishOf(settings), HostPort: String(settings.hostPort ?? plan.hostPort ?? '')}],
      },
      Mounts: [...plan.mounts, ...bindMounts(settings)],
      IpcMode: settings.ipc ?? 'private',
      ...(settings.ipc === 'host' ? {} : {ShmSize: Math.round((settings.shmSizeGiB ?? defaultShmGiB) * gibibyte)}),
      Ulimits: Object.entries({...defaultUlimits, ...settings.ulimits}).map(([Name, limit]) => ({
        Name,
        Soft: limit,
        Hard: limit,
      })),
      ...memoryLimit(settings),
      PidsLimit: settings.pidsLimit ?? defaultPids,
      SecurityOpt: ['no-new-privileges'],
      RestartPolicy: {Name: 'no'},
      LogConfig: {Type: 'json-file', Config: {'max-size': '200m', 'max-file': '2'}},
    },
  };
};

/** How it stands in its network. */
export const endpointOf = ({alias}: Pick<ContainerPlan, 'alias'>) => (alias === null ? {} : {Aliases: [alias]});

/**
 * The same without the limits that nobody asked for: a Docker engine without CAP_SYS_RESOURCE, such as a rootless one, may not
 * raise them. Null when they were asked for.
 */
export const withoutUsualUlimits = (
  config: ContainerCreateOptions,
  settings: ContainerSettings,
): ContainerCreateOptions | null =>
  settings.ulimits === undefined ? {...config, HostConfig: {...config.HostConfig, Ulimits: []}} : null;

/** A null entry point leaves the image's own in its place. */
const commandParts = ({launch, server, settings}: ContainerPlan) => {
  const words = launch.arguments(server, '0.0.0.0');
  const command = settings.command ?? launch.container.command;
  const [program, ...rest] = command ?? [];
  if (program === undefined) return {entrypoint: null, words};
  // Words before the arguments are the whole command: an entry point of the image would take them as its own arguments.
  return {entrypoint: [program], words: [...rest, ...words]};
};

/** The container's variables, secrets among them. */
export const variablesOf = ({launch, server, settings, passed}: ContainerPlan): Record<string, string> => ({
  ...passed,
  ...launch.container.environment,
  ...launch.environment(server),
  ...server.environment,
  ...settings.environment,
});

/** The same limit with swap included: an engine that swaps is neither dead nor measurable. */
const memoryLimit = ({memoryGiB}: ContainerSettings): Pick<HostConfig, 'Memory' | 'MemorySwap'> => {
  if (memoryGiB === undefined) return {};
  const bytes = Math.round(memoryGiB * gibibyte);
  return {Memory: bytes, MemorySwap: bytes};
};
