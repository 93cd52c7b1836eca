import {expect, test} from 'vitest';
import type {Cluster} from '../../kubernetes/connect.ts';
import {nodesOfServices} from './service-nodes.ts';

/** Services of two pods each, the first of `chat` on node a and of `embed` and `rerank` on node b. */
const cluster = {
  namespace: 'here',
  core: {
    readNamespacedService: async () => ({spec: {ports: [{port: 80}]}}),
    readNamespacedPod: async ({name, namespace}: {name: string; namespace: string}) => ({
      metadata: {name, uid: `${namespace}/${name}`},
      spec: {nodeName: name.endsWith('-2') ? 'other' : name.startsWith('chat') ? 'a' : 'b'},
    }),
  },
  discovery: {
    listNamespacedEndpointSlice: async ({namespace, labelSelector}: {namespace: string; labelSelector: string}) => {
      const service = labelSelector.split('=')[1];
      const endpoints = ['2', '1'].map(number => {
        const name = `${service}-${number}`;
        return {addresses: ['10.0.0.1'], targetRef: {kind: 'Pod', name, uid: `${namespace}/${name}`}};
      });
      return {items: [{addressType: 'IPv4', endpoints, ports: [{port: 8000}]}]};
    },
  },
} as unknown as Cluster;

test('the nodes of services are those of the pods that are measured, each once; other addresses have none', async () => {
  const urls = ['k8s:///embed:80', 'k8s://there/chat:80', 'k8s://there/rerank:80', 'http://10.0.0.7:8000'];
  expect(await nodesOfServices(cluster, urls)).toEqual(['a', 'b']);
  expect(await nodesOfServices(cluster, ['http://10.0.0.7:8000'])).toEqual([]);
});
