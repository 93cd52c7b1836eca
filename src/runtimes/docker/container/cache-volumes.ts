import type Docker from 'dockerode';
import {unless} from '../docker-error.ts';
import {cacheLabel} from '../ownership/labels.ts';

/** What is kept in a volume, for people who look at it. */
export type CacheKind = 'models' | 'compiled';

/** Makes the volume where there is none. 'empty' when it was made now: nothing was kept from an earlier run. */
export const ensureCacheVolume = async (docker: Docker, name: string, kind: CacheKind): Promise<'empty' | 'used'> => {
  if ((await unless([404], docker.getVolume(name).inspect())) !== null) return 'used';
  await docker.createVolume({Name: name, Labels: {[cacheLabel]: kind}});
  return 'empty';
};
