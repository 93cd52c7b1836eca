import type {V1EndpointSlice, V1Service} from '@kubernetes/client-node';
import {expect, test} from 'vitest';
import {insideUrlOf, podsOf, portOf, readyPodsOf} from './service-pods.ts';

const address = {namespace: 'inference', service: 'sglang', port: '80'};
const ports = [
  {name: 'web', port: 80},
  {name: 'metrics', port: 9090},
];
const service: V1Service = {spec: {ports}};

const pod = (name: string, ip: string, ready?: boolean) => ({
  addresses: [ip],
  ...(ready !== undefined && {conditions: {ready}}),
  targetRef: {kind: 'Pod', name, uid: `uid of ${name}`},
});
const slice = (endpoints: V1EndpointSlice['endpoints'] & {}, portName = 'web', port = 30000): V1EndpointSlice => ({
  addressType: 'IPv4',
  endpoints,
  ports: [{name: portName, port}],
});
const pods = (...slices: V1EndpointSlice[]) => podsOf(slices, {name: 'web'});

test('a port is found by its number and by its name; another is refused with those that there are', () => {
  expect(portOf(service, address)).toEqual(ports[0]);
  expect(portOf(service, {...address, port: 'metrics'})).toEqual(ports[1]);
  expect(() => portOf(service, {...address, port: '30000'})).toThrow(
    'k8s://inference/sglang:30000: the service has no port 30000, only 80 (web), 9090 (metrics)',
  );
  expect(() => portOf({spec: {}}, address)).toThrow('the service has no port 80, only none');
});

test('the pods are those that are ready, of all slices and each once, on the port that they listen on', () => {
  const found = pods(
    slice([pod('b', '10.0.0.2', true), pod('c', '10.0.0.3', false)]),
    slice([pod('a', '10.0.0.1')], 'web', 30001),
    slice([pod('b', 'fd00::2', true)]),
    slice([pod('m', '10.0.0.9')], 'metrics', 9090),
  );
  expect(found.ready.map(({name, port}) => [name, port])).toEqual([
    ['a', 30001],
    ['b', 30000],
  ]);
  expect(found.unready).toBe(1);
});

test('a service without a pod that is ready is refused by what it has instead', () => {
  expect(() => readyPodsOf(pods(), address)).toThrow('has no pod that is ready, nor one that is not');
  expect(() => readyPodsOf(pods(slice([pod('c', '10.0.0.3', false)])), address)).toThrow(
    'k8s://inference/sglang:80 has no pod that is ready; 1 are not',
  );
  expect(() => readyPodsOf(pods(slice([{addresses: ['192.0.2.7']}])), address)).toThrow(
    'leads to http://192.0.2.7:30000, which is no pod',
  );
});

test('inside the cluster it is the pod that is measured, however many are behind the service', () => {
  const [first] = readyPodsOf(pods(slice([pod('b', '10.0.0.2'), pod('a', '10.0.0.1')])), address);
  expect(insideUrlOf(first)).toBe('http://10.0.0.1:30000');
  expect(insideUrlOf({ip: 'fd00::9', port: 80})).toBe('http://[fd00::9]:80');
});
