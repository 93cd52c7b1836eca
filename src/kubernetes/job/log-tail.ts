import type {Cluster} from '../connect.ts';
import {containerName} from './manifest.ts';

/** The last lines of a pod that has ended; none where it has no log any more. */
export const logTail = async ({core, namespace}: Cluster, name: string): Promise<readonly string[]> => {
  const log = await core
    .readNamespacedPodLog({name, namespace, container: containerName, tailLines: 20})
    .catch(() => '');
  return log.split('\n').filter(line => line !== '');
};
