import type Docker from 'dockerode';
import {interruptionOf} from '../../interruption.ts';
import type {DockerHost} from '../connect/host.ts';
import {dockerReason, unless} from '../docker-error.ts';
import {cacheLabel} from './labels.ts';
import type {RemoveOptions} from './leftovers.ts';

/** A volume that runs share and keep. */
export interface CacheVolume {
  readonly name: string;
  /** Null where Docker does not tell. */
  readonly sizeBytes: number | null;
}

/** Measuring takes Docker seconds where caches are large. Rejects with the client's error when it does not answer. */
export const findCaches = async ({docker}: Pick<DockerHost, 'docker'>): Promise<readonly CacheVolume[]> => {
  const {Volumes} = await docker.listVolumes({filters: {label: [cacheLabel]}});
  if (Volumes.length === 0) return [];
  const {Volumes: measured}: {Volumes: readonly Docker.VolumeInspectInfo[] | null} = await docker.df();
  return Volumes.map(({Name}) => {
    const size = measured?.find(one => one.Name === Name)?.UsageData?.Size ?? -1;
    return {name: Name, sizeBytes: size < 0 ? null : size};
  });
};

/** Resolves with a sentence for each that stays, as one does that a container uses. */
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
      kept.push(`cache volume ${name} stays: ${dockerReason(thrown)}`);
    }
  }
  return kept;
};
