import type Docker from 'dockerode';
import {interruptionOf} from '../../interruption.ts';
import type {DockerHost} from '../connect/host.ts';
import {dockerReason, statusOf, unless} from '../docker-error.ts';
import {cacheLabel, readLabels} from './labels.ts';
import type {RemoveOptions} from './leftovers.ts';

/** A volume that runs share and keep. */
export interface CacheVolume {
  readonly name: string;
  /** Null where Docker does not tell. */
  readonly sizeBytes: number | null;
  /** Whatever has it mounted, running or not. */
  readonly users: readonly CacheUser[];
}

interface CacheUser {
  readonly container: string;
  /** Null for what is not cutover's. */
  readonly runId: string | null;
}

/** By name. Measuring takes Docker seconds where caches are large. Rejects with the client's error when it does not answer. */
export const findCaches = async ({docker}: Pick<DockerHost, 'docker'>): Promise<readonly CacheVolume[]> => {
  const {Volumes} = await docker.listVolumes({filters: {label: [cacheLabel]}});
  if (Volumes.length === 0) return [];
  const {Volumes: measured}: {Volumes: readonly Docker.VolumeInspectInfo[] | null} = await docker.df();
  return await Promise.all(
    Volumes.map(({Name}) => Name)
      .toSorted()
      .map(async name => {
        const size = measured?.find(({Name}) => Name === name)?.UsageData?.Size ?? -1;
        return {name, sizeBytes: size < 0 ? null : size, users: await usersOf(docker, name)};
      }),
  );
};

const usersOf = async (docker: Docker, volume: string): Promise<readonly CacheUser[]> =>
  (await docker.listContainers({all: true, filters: {volume: [volume]}})).map(({Id, Names, Labels}) => ({
    container: Names[0]?.replace(/^\//, '') ?? Id.slice(0, 12),
    runId: readLabels(Labels)?.runId ?? null,
  }));

/** `in use by run A and run B`; what is of no run is named by its container. */
export const inUseBy = (users: readonly CacheUser[]): string => {
  const names = users.map(({container, runId}) => (runId === null ? `container ${container}` : `run ${runId}`));
  return `in use by ${[...new Set(names)].toSorted().join(' and ')}`;
};

/** What runs use is left alone, and `onLine` says so. Resolves with a sentence for each other one that could not be removed. */
export const removeCaches = async (
  {docker}: Pick<DockerHost, 'docker'>,
  caches: readonly CacheVolume[],
  {signal, onLine}: RemoveOptions,
): Promise<readonly string[]> => {
  const kept: string[] = [];
  for (const {name} of caches) {
    if (signal.aborted) throw interruptionOf(signal, 'removing cache volumes');
    try {
      await unless([404], docker.getVolume(name).remove());
      onLine(`removed cache volume ${name}`);
    } catch (thrown) {
      // Asked only now: a run that began since they were found uses it too.
      const users = statusOf(thrown) === 409 ? await usersOf(docker, name).catch(() => []) : [];
      if (users.length > 0 && users.every(({runId}) => runId !== null))
        onLine(`cache volume ${name} is ${inUseBy(users)}: left alone`);
      else kept.push(`cache volume ${name} stays: ${dockerReason(thrown)}`);
    }
  }
  return kept;
};
