import {expect, test} from 'vitest';
import type {KubernetesServer} from '../schema/kubernetes.ts';
import type {RunRecord} from '../schema/record.ts';
import {clusterTexts} from './cluster-facts.ts';

const kubernetes: KubernetesServer = {
  ...{namespace: 'inference', service: 'sglang', port: 30000, insideUrl: 'http://10.96.1.2:30000'},
  pods: [
    {
      ...{name: 'sglang-0', uid: 'u', container: 'engine', ip: '10.0.0.7', restarts: 2, startedAt: null, gpusAsked: 1},
      node: {
        ...{name: 'gpu-3', kernel: '6.8.0', cpus: 64, memoryMiB: 524_288},
        ...{gpuProduct: 'NVIDIA-H100-80GB-HBM3', gpuMemoryMiB: 81_559, gpus: 8},
      },
      events: [],
    },
  ],
  forward: {
    kept: {n: 700, p50Ms: 1.27, p99Ms: 7.03},
    anew: {n: 50, p50Ms: 15.4, p99Ms: null},
    inside: {n: 700, p50Ms: 0.069, p99Ms: 2.13},
  },
};

const engineOf = (servers: readonly unknown[]) => ({engine: {servers}}) as unknown as RunRecord;

test('a service that answers for two roles is told of once: its pod, its node, and what the way to it takes', () => {
  const two = engineOf([{role: 'chat', kubernetes}, {role: 'embed', kubernetes}, {role: 'rerank'}]);
  expect(clusterTexts(two)).toEqual([
    'k8s://inference/sglang:30000: pod sglang-0 asking for 1 GPUs on node gpu-3 (8 GPUs NVIDIA-H100-80GB-HBM3, 64 CPUs, 512 GiB, kernel 6.8.0) restarted 2 times before; a small request through the port-forward took 1.27 ms (p50, p99 7.03 ms, n 700), inside the pod 0.069 ms (p50, p99 2.13 ms, n 700), on a new connection 15.4 ms (p50, n 50)',
  ]);
});

test('what is not known of a node and a pod is left out, never told as nothing', () => {
  const [pod] = kubernetes.pods;
  const unknown = {...{kernel: null, cpus: null, memoryMiB: null, gpuProduct: null, gpuMemoryMiB: null}, gpus: null};
  const bare = {...pod, gpusAsked: null, restarts: 0, node: {name: 'n1', ...unknown}};
  const forward = {...kubernetes.forward, inside: null};
  expect(clusterTexts(engineOf([{kubernetes: {...kubernetes, pods: [bare], forward}}]))).toEqual([
    'k8s://inference/sglang:30000: pod sglang-0 on node n1; a small request through the port-forward took 1.27 ms (p50, p99 7.03 ms, n 700), on a new connection 15.4 ms (p50, n 50)',
  ]);
  expect(clusterTexts(engineOf([{role: 'chat'}]))).toEqual([]);
});
