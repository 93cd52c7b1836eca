import {existsSync} from 'node:fs';
import {join, posix, resolve} from 'node:path';
import type {MountSettings} from 'dockerode';
import type {Engine} from '../../../engines/engine.ts';
import type {ContainerSettings} from '../../../schema/stack.ts';
import {modelCacheFolder} from './model-cache-folder.ts';

/** Where a container's caches live: absolute paths are folders of the Docker host, other names are volumes. */
export interface CacheSources {
  readonly models: string;
  readonly compiled: string;
}

/**
 * What the settings name; else this machine's own model cache where Docker runs here and there is one, so that nothing
 * is downloaded twice; else volumes that are kept from run to run.
 */
export const cacheSources = (
  settings: ContainerSettings,
  engineName: string,
  localDocker: boolean,
  environment: NodeJS.ProcessEnv,
): CacheSources => {
  const {home, hub} = modelCacheFolder(environment);
  // Containers are given a whole home with its hub inside; a hub elsewhere may lie in a folder that is not theirs to see.
  const usable = localDocker && hub === join(home, 'hub') && existsSync(home);
  return {
    models: settings.modelCache ?? (usable ? home : 'cutover-models'),
    compiled: settings.compileCache ?? `cutover-compiled-${engineName}`,
  };
};

/** A volume for everything the engine keeps, with the model cache in its place inside. */
export const cacheMounts = (
  {models, compiled}: CacheSources,
  {cacheFolder}: NonNullable<Engine['launch']>['container'],
): MountSettings[] => [mount(compiled, cacheFolder), mount(models, posix.join(cacheFolder, 'huggingface'))];

/** A folder that is named from where cutover was started, by its whole path: containers have another working folder. */
export const wholeModelPath = (model: string, localDocker: boolean): string =>
  localDocker && /^\.\.?\//.test(model) ? resolve(model) : model;

/**
 * A model's folder at its own path, where Docker runs on this machine. Null for a name at the hub, and on another
 * machine, whose folders are named by `binds`.
 */
export const modelMount = (model: string, localDocker: boolean): MountSettings | null => {
  if (!localDocker || !posix.isAbsolute(model)) return null;
  // A snapshot of the hub's cache is links into its repository's `blobs`.
  const [folder = model] = model.split(/\/snapshots\/[^/]+\/?$/);
  return {...mount(folder, folder), ReadOnly: true};
};

export const isVolume = (source: string): boolean => !posix.isAbsolute(source);

// Not as `Binds`, which make a folder that is missing, as root, and say nothing.
const mount = (source: string, target: string): MountSettings => ({
  Type: isVolume(source) ? 'volume' : 'bind',
  Source: source,
  Target: target,
});
