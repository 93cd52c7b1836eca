import type {MountSettings} from 'dockerode';
import type {Engine} from '../../engines/engine.ts';
import type {Role} from '../../schema/request.ts';
import {modelsOf, withModels} from '../../schema/served-roles.ts';
import type {ServerStartup} from '../../schema/server.ts';
import type {ContainerSettings, StackPlan, StackServer} from '../../schema/stack.ts';
import type {BringUpListener} from '../stack.ts';
import {type Member, membersOf} from '../topology/members.ts';
import type {DockerHost} from './connect/host.ts';
import {cacheMounts, cacheSources, isVolume, modelMount, wholeModelPath} from './container/cache-mounts.ts';
import {ensureCacheVolume} from './container/cache-volumes.ts';
import {type GpuAccess, gpuAccess} from './container/gpu-access.ts';
import {gpusOfMember} from './container/gpus-of-member.ts';
import {assertPortsDiffer, mergeSettings, publishOf} from './container/settings.ts';
import {readEngineFacts} from './engine-facts.ts';
import {type EnsuredImage, ensureImage} from './image/image.ts';
import {imageFor} from './image/images-file.ts';

interface PrepareOptions {
  readonly engine: Engine;
  readonly launch: NonNullable<Engine['launch']>;
  readonly plan: StackPlan;
  readonly models: Partial<Record<Role, string>>;
  readonly roles: readonly Role[];
  readonly hostSettings: ContainerSettings;
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly onLine: BringUpListener;
  /** Called for each volume for compiled kernels that was made now. */
  readonly onNewCompileCache: (name: string) => void;
}

/** A member with all that is known of its container beforehand. */
export interface PreparedServer {
  readonly member: Member;
  /** All layers merged. */
  readonly settings: ContainerSettings;
  /** To the member's own GPUs. */
  readonly gpu: GpuAccess;
  /** To all that the settings name, as nvidia-smi needs it. */
  readonly allGpus: GpuAccess;
  readonly image: EnsuredImage;
  readonly mounts: readonly MountSettings[];
  readonly compileCache: ServerStartup['compileCache'];
}

/** What a Docker host must have before containers are made: images and cache volumes. Throws as `ensureImage`, `gpuAccess`, `assertPortsDiffer` and `assertReachable` do. */
export const prepareServers = async (host: DockerHost, options: PrepareOptions): Promise<PreparedServer[]> => {
  const {engine, launch, plan, models, roles, environment, signal, onLine} = options;
  const facts = await readEngineFacts(host);
  const wanted = membersOf(plan, roles, models).map(planned => {
    const settings = settingsOf(planned.server, plan, options.hostSettings);
    const whole = Object.entries(modelsOf(planned.server)).map(([role, model]) => [
      role,
      wholeModelPath(model, host.local),
    ]);
    // One that is given no GPU needs none to be there.
    const cards = settings.gpus === 'none' && planned.cards !== null ? [] : planned.cards;
    const member = {...planned, cards, server: withModels(planned.server, Object.fromEntries(whole))};
    // These, and the ports below, are refused before gigabytes are pulled.
    host.assertReachable(publishOf(settings));
    const noGpu = cards !== null && cards.length === 0;
    const allGpus = noGpu ? {} : gpuAccess(settings.gpus, facts);
    const gpu = cards === null ? allGpus : gpuAccess(gpusOfMember(settings.gpus, member), facts);
    return {member, settings: noGpu ? {...settings, gpus: 'none' as const} : settings, gpu, allGpus};
  });
  assertPortsDiffer(wanted.map(({member: {name}, settings}) => ({name, settings})));

  const volumes = new Map<string, 'empty' | 'used'>();
  const prepared: PreparedServer[] = [];
  for (const {member, settings, ...access} of wanted) {
    const {server} = member;
    const image = await ensureImage(host, await imageFor(engine.name, settings), {signal, onLine, environment});
    const sources = cacheSources(settings, engine.name, host.local, environment);
    for (const kind of ['models', 'compiled'] as const) {
      const source = sources[kind];
      // Once for all servers: one that this start has made is empty for the last of them, too.
      if (!isVolume(source) || volumes.has(source)) continue;
      const state = await ensureCacheVolume(host.docker, source, kind);
      volumes.set(source, state);
      if (state === 'empty' && kind === 'compiled') options.onNewCompileCache(source);
    }
    const folders = new Set(Object.values(modelsOf(server)));
    const ownModels = [...folders].flatMap(model => modelMount(model, host.local) ?? []);
    const mounts = [...cacheMounts(sources, launch.container), ...ownModels];
    const compileCache = server.part === 'router' ? null : (volumes.get(sources.compiled) ?? null);
    prepared.push({member, settings, ...access, image, mounts, compileCache});
  }
  return prepared;
};

/** What is said of all servers concerns engines: a router's command, and its image where it names one, are its own. */
const settingsOf = (server: StackServer, plan: StackPlan, hostSettings: ContainerSettings): ContainerSettings => {
  const merged = mergeSettings(plan.docker, server.docker, hostSettings);
  if (server.part !== 'router') return merged;
  const {command: _, ...rest} = merged;
  const {image = rest.image, command} = server.docker;
  return {...rest, ...(image === undefined ? {} : {image}), ...(command === undefined ? {} : {command})};
};
