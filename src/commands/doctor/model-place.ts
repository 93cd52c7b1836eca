import {constants} from 'node:fs';
import {access} from 'node:fs/promises';
import {join} from 'node:path';
import type {DockerHost} from '../../runtimes/docker/connect/host.ts';
import {isVolume} from '../../runtimes/docker/container/cache-mounts.ts';
import {modelCacheFolder} from '../../runtimes/docker/container/model-cache-folder.ts';
import {volumeFolder} from '../../runtimes/docker/engine-facts.ts';
import type {StackServer} from '../../schema/stack.ts';
import {cachedModelBytes, folderBytes, folderState, freeBytes} from './models.ts';
import {type CacheFacts, isFolder, type ModelFacts} from './plan-checks.ts';

/** A model cache, and how to look into it. */
export interface ModelPlace {
  readonly cache: CacheFacts;
  /** Null where it cannot be looked into from here. */
  readonly bytesOf: ((model: string) => Promise<number | null>) | null;
  /** Whether a model that is a folder would be one of this machine. */
  readonly foldersHere: boolean;
  /** Null where that disk cannot be looked at from here. */
  readonly freeBytes: number | null;
}

/** Of engines that run as processes here. */
export const processPlace = async (environment: NodeJS.ProcessEnv): Promise<ModelPlace> => {
  const {hub} = modelCacheFolder(environment);
  return {
    cache: {where: hub, volume: false, state: await folderState(hub)},
    bytesOf: model => cachedModelBytes(hub, model),
    foldersHere: true,
    freeBytes: await freeBytes(hub),
  };
};

/** Of containers; `source` is a folder of the Docker host or the name of a volume, as `cacheSources` says. `host` is null where Docker does not answer. */
export const dockerPlace = async (
  host: Pick<DockerHost, 'docker'> | null,
  local: boolean,
  source: string,
): Promise<ModelPlace> => {
  if (!isVolume(source)) return folderPlace(local, source);
  return host === null ? unseenVolume(source, local) : volumePlace(host, local, source);
};

const unseenVolume = (name: string, local: boolean): ModelPlace => ({
  cache: {where: name, volume: true, state: null},
  bytesOf: null,
  foldersHere: local,
  freeBytes: null,
});

const folderPlace = async (local: boolean, folder: string): Promise<ModelPlace> => ({
  cache: {where: folder, volume: false, state: local ? await folderState(folder) : null},
  bytesOf: local ? model => cachedModelBytes(join(folder, 'hub'), model) : null,
  foldersHere: local,
  freeBytes: local ? await freeBytes(folder) : null,
});

const volumePlace = async (host: Pick<DockerHost, 'docker'>, local: boolean, name: string): Promise<ModelPlace> => {
  const folder = await volumeFolder(host, name);
  const cache = {where: name, volume: true, state: folder === null ? 'absent' : 'writable'} as const;
  if (folder === null) return {cache, bytesOf: async () => null, foldersHere: local, freeBytes: null};
  const readable = local && (await canRead(folder)); // as a rule only root may
  return {
    cache,
    bytesOf: readable ? model => cachedModelBytes(join(folder, 'hub'), model) : null,
    foldersHere: local,
    freeBytes: readable ? await freeBytes(folder) : null,
  };
};

const canRead = (folder: string) =>
  access(folder, constants.R_OK | constants.X_OK).then(
    () => true,
    () => false,
  );

export const readModel = async (
  {role, model, memory}: Pick<StackServer, 'role' | 'model' | 'memory'>,
  {cache, bytesOf, foldersHere}: ModelPlace,
): Promise<ModelFacts> => {
  const weightsGiB = memory?.weightsGiB ?? null;
  if (isFolder(model))
    return {
      role,
      model,
      weightsGiB,
      place: foldersHere ? model : null,
      bytes: foldersHere ? await folderBytes(model) : null,
    };
  const place = bytesOf === null ? null : `${cache.volume ? 'volume ' : ''}${cache.where}`;
  return {role, model, weightsGiB, place, bytes: (await bytesOf?.(model)) ?? null};
};
