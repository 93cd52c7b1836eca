import type {Cluster} from '../../kubernetes/connect.ts';
import {findService, readPod} from './pod-target.ts';
import {parseServiceAddress} from './service-address.ts';

/** Names of the nodes on which services of the cluster are measured: each that of the first of its pods, to which all requests go. Throws as `findService`. */
export const nodesOfServices = async (cluster: Cluster, urls: readonly string[]): Promise<readonly string[]> => {
  const nodes = await Promise.all(
    urls.map(async url => {
      const address = parseServiceAddress(url);
      if (address === null) return null;
      const here = {...address, namespace: address.namespace ?? cluster.namespace};
      const {pods} = await findService(cluster, here);
      return (await readPod(cluster, here.namespace, pods[0]))?.spec?.nodeName ?? null;
    }),
  );
  return [...new Set(nodes.filter(name => name !== null))].sort();
};
