import type Docker from 'dockerode';
import {unless} from '../docker-error.ts';
import {cacheLabel} from '../ownership/labels.ts';

/** What is kept in a volume, for people who look at it. */
export type CacheKind = 'models' | 'compiled';

/** Names that cutover gives, also through the files under docker/hosts. */
const ownName = /^cutover-/;

/**
 * Makes the volume where there is none. 'empty' when it was made now: nothing was kept from an earlier run. One that has a
 * name of the user's is theirs: without the label `clean --caches` leaves it alone.
 */
export const ensureCacheVolume = async (docker: Docker, name: string, kind: CacheKind): Promise<'empty' | 'used'> => {
  if ((await unless([404], docker.getVolume(name).inspect())) !== null) return 'used';
  await docker.createVolume({Name: name, Labels: ownName.test(name) ? {[cacheLabel]: kind} : {}});
  return 'empty';
};

/** Removes it unless it is gone, or a container of another run uses it. */
export const removeVolume = async (docker: Docker, name: string): Promise<void> => {
  await unless([404, 409], docker.getVolume(name).remove());
};
