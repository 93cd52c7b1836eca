import {expect, test} from 'vitest';
import {changesOf, type PodIdentity} from './pod-identity.ts';

const node = (gpuProduct: string | null, name = 'gpu-3') => ({
  ...{name, kernel: null, cpus: null, memoryMiB: null, gpuProduct, gpuMemoryMiB: null, gpus: null},
});
const before: PodIdentity = {
  container: {image: 'lmsysorg/sglang:v0.5.17', digest: null, imageId: 'sha256:aa'},
  command: ['sglang', '--tp', '2'],
  pod: {gpusAsked: 2, node: node('H100')},
};

test('a pod of the same image and command is the same server, wherever it runs and whatever nobody tells', () => {
  expect(changesOf(before, {...before, pod: {gpusAsked: 2, node: node('H100', 'gpu-4')}})).toEqual([]);
  expect(changesOf(before, {...before, container: null, pod: null})).toEqual([]);
  expect(changesOf(before, {...before, pod: {gpusAsked: 2, node: node(null)}})).toEqual([]);
  const retagged = {image: 'mirror/sglang:latest', digest: null, imageId: 'sha256:aa'};
  expect(changesOf(before, {...before, container: retagged})).toEqual([]);
});

test('another image, command or card is told with what it was and what it became', () => {
  const container = {image: 'lmsysorg/sglang:v0.5.18', digest: null, imageId: 'sha256:bb'};
  expect(changesOf(before, {...before, container, command: ['sglang', '--tp', '4']})).toEqual([
    'image lmsysorg/sglang:v0.5.17 (sha256:aa) became lmsysorg/sglang:v0.5.18 (sha256:bb)',
    'command "sglang --tp 2" became "sglang --tp 4"',
  ]);
  expect(changesOf(before, {...before, command: null})).toEqual([`command "sglang --tp 2" became the image's own`]);
  expect(changesOf(before, {...before, pod: {gpusAsked: null, node: null}})).toEqual([
    'GPUs, 2 of H100, became none of a product that its node does not tell',
  ]);
  expect(changesOf(before, {...before, pod: {gpusAsked: 2, node: node('A100')}})).toEqual([
    'GPUs, 2 of H100, became 2 of A100',
  ]);
});
