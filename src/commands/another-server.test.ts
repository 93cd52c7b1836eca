import {expect, test} from 'vitest';
import type {RunRecord} from '../schema/record.ts';
import {refuseAnotherServer} from './another-server.ts';

type Server = RunRecord['engine']['servers'][number];

const server = (imageId: string) =>
  ({
    ...{role: 'chat', command: ['--tp', '2'], container: {image: 'sglang', digest: null, imageId}},
    kubernetes: {namespace: 'inference', service: 'sglang', port: 80, pods: [{gpusAsked: 2, node: null}]},
  }) as unknown as Server;
const record = (servers: Server[], trials: number) =>
  ({engine: {servers}, trials: Array.from({length: trials})}) as unknown as RunRecord;

test('a service that leads to another image since its trials were measured is refused with what it was', () => {
  const known = record([server('sha256:aa')], 2);
  expect(() => refuseAnotherServer(known, [server('sha256:aa')])).not.toThrow();
  expect(() => refuseAnotherServer(known, [server('sha256:bb')])).toThrow(
    'k8s://inference/sglang:80 is not the server that was measured before: image sglang (sha256:aa) became sglang (sha256:bb)',
  );
});

test('nothing was measured before, or not in a cluster: nothing is compared', () => {
  expect(() => refuseAnotherServer(record([server('sha256:aa')], 0), [server('sha256:bb')])).not.toThrow();
  const {kubernetes: _, ...elsewhere} = server('sha256:aa');
  expect(() => refuseAnotherServer(record([elsewhere as Server], 2), [server('sha256:bb')])).not.toThrow();
});
