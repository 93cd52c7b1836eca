import type {V1Pod} from '@kubernetes/client-node';
import {expect, test} from 'vitest';
import {commandOf, containerOf, eventsOf, imageOf, nodeFacts, podFacts} from './pod-facts.ts';

const digest = `sha256:${'ab'.repeat(32)}`;
const engine = {
  name: 'engine',
  image: 'lmsysorg/sglang:v0.5.17',
  args: ['--port', '30000'],
  ports: [{containerPort: 30000}],
  resources: {limits: {'nvidia.com/gpu': '2'}},
};
const status = (imageID: string) => ({
  ...{name: 'engine', image: 'docker.io/lmsysorg/sglang:v0.5.17', imageID, ready: true, restartCount: 3},
  state: {running: {startedAt: new Date('2026-11-22T10:00:00Z')}},
});
const pod = (imageID = `docker.io/lmsysorg/sglang@${digest}`): V1Pod => ({
  metadata: {name: 'sglang-0', uid: 'u0'},
  spec: {containers: [{name: 'proxy'}, engine]},
  status: {podIP: '10.0.0.7', containerStatuses: [status(imageID)]},
});

test('the container is the one that listens on the port, else the one that kubectl takes', () => {
  expect(containerOf(pod(), 30000)?.name).toBe('engine');
  expect(containerOf(pod(), 8000)?.name).toBe('proxy');
  const annotations = {'kubectl.kubernetes.io/default-container': 'engine'};
  expect(containerOf({...pod(), metadata: {annotations}}, 8000)?.name).toBe('engine');
  expect(containerOf({}, 8000)).toBeNull();
});

test('an image is told by the digest that the node pulled it by; one that never was in a registry has none', () => {
  expect(imageOf(pod(), engine)).toEqual({image: engine.image, digest, imageId: digest});
  expect(imageOf(pod(digest), engine)).toEqual({image: engine.image, digest: null, imageId: digest});
  expect(imageOf(pod(''), engine)).toBeNull();
});

test('words of a container are those that the pod says; none are not known, and no empty command', () => {
  expect(commandOf({name: 'a', command: ['vllm', 'serve'], args: ['--port', '1']})).toEqual([
    ...['vllm', 'serve', '--port', '1'],
  ]);
  expect(commandOf({name: 'a'})).toBeNull();
});

test('a pod and its node are told with the GPUs that were asked for, and those that are there', () => {
  const node = nodeFacts({
    metadata: {
      name: 'gpu-3',
      labels: {'nvidia.com/gpu.product': 'NVIDIA-H100-80GB-HBM3', 'nvidia.com/gpu.memory': '81559'},
    },
    status: {
      capacity: {cpu: '64', memory: '528280176Ki', 'nvidia.com/gpu': '8'},
      nodeInfo: {kernelVersion: '6.8.0-45'} as never,
    },
  });
  expect(node).toEqual({
    ...{name: 'gpu-3', kernel: '6.8.0-45', cpus: 64, memoryMiB: 515_899},
    ...{gpuProduct: 'NVIDIA-H100-80GB-HBM3', gpuMemoryMiB: 81_559, gpus: 8},
  });
  expect(podFacts(pod(), engine, node, [])).toEqual({
    ...{name: 'sglang-0', uid: 'u0', container: 'engine', ip: '10.0.0.7', restarts: 3},
    ...{startedAt: '2026-11-22T10:00:00.000Z', gpusAsked: 2, node, events: []},
  });
  expect(nodeFacts({status: {capacity: {cpu: '3920m'}}})).toMatchObject({cpus: 3.92, memoryMiB: null, gpus: null});
});

test('events stand in the order in which they came last, and tell how often', () => {
  const at = (second: number) => new Date(Date.UTC(2026, 10, 22, 10, 0, second));
  const object = {involvedObject: {}, metadata: {}};
  const events = eventsOf([
    {...object, type: 'Warning', reason: 'BackOff', message: 'again', count: 4, lastTimestamp: at(9)},
    {...object, type: 'Normal', reason: 'Scheduled', message: 'to gpu-3', eventTime: at(1) as never},
  ]);
  expect(events.map(({reason, count, lastAt}) => [reason, count, lastAt])).toEqual([
    ['Scheduled', 1, '2026-11-22T10:00:01.000Z'],
    ['BackOff', 4, '2026-11-22T10:00:09.000Z'],
  ]);
});
