import type {MountSettings} from 'dockerode';
import type {Engine} from '../../engines/engine.ts';
import type {Role} from '../../schema/request.ts';
import {modelsOf, serversFor, withModels} from '../../schema/served-roles.ts';
import type {ServerStartup} from '../../schema/server.ts';
import type {ContainerSettings, StackPlan, StackServer} from '../../schema/stack.ts';
import type {BringUpListener} from '../stack.ts';
import type {DockerHost} from './connect/host.ts';
import {cacheMounts, cacheSources, isVolume, modelMount, wholeModelPath} from './container/cache-mounts.ts';
import {ensureCacheVolume} from './container/cache-volumes.ts';
import {type GpuAccess, gpuAccess} from './container/gpu-access.ts';
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

/** A server of the plan with all that is known of its container beforehand. */
export interface PreparedServer {
  readonly server: StackServer;
  /** All layers merged. */
  readonly settings: ContainerSettings;
  readonly gpu: GpuAccess;
  readonly image: EnsuredImage;
  readonly mounts: readonly MountSettings[];
  readonly compileCache: ServerStartup['compileCache'];
}

/** What a Docker host must have before containers are made: images and cache volumes. Throws as `ensureImage`, `gpuAccess`, `assertPortsDiffer` and `assertReachable` do. */
export const prepareServers = async (host: DockerHost, options: PrepareOptions): Promise<PreparedServer[]> => {
  const {engine, launch, plan, models, roles, environment, signal, onLine} = options;
  const facts = await readEngineFacts(host);
  const wanted = serversFor(plan.servers, roles).map(planned => {
    const settings = mergeSettings(plan.docker, planned.docker, options.hostSettings);
    const chosen = Object.entries(modelsOf(withModels(planned, models)));
    const whole = chosen.map(([role, model]) => [role, wholeModelPath(model, host.local)]);
    const server = withModels(planned, Object.fromEntries(whole));
    // These, and the ports below, are refused before gigabytes are pulled.
    host.assertReachable(publishOf(settings));
    return {server, settings, gpu: gpuAccess(settings.gpus, facts)};
  });
  assertPortsDiffer(wanted.map(({server, settings}) => ({role: server.role, settings})));

  const volumes = new Map<string, 'empty' | 'used'>();
  const prepared: PreparedServer[] = [];
  for (const {server, settings, gpu} of wanted) {
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
    prepared.push({server, settings, gpu, image, mounts, compileCache: volumes.get(sources.compiled) ?? null});
  }
  return prepared;
};
