import {expect, test} from 'vitest';
import type {ContainerSettings} from '../../../schema/stack.ts';
import {gpusNamedBy, gpusOfMember} from './gpus-of-member.ts';

type Gpus = ContainerSettings['gpus'];
const nodes = ['/dev/nvidia2', '/dev/nvidia5:/dev/nvidia0', '/dev/nvidiactl', '/dev/nvidia-uvm'];

test.each<[string, Gpus, readonly string[] | undefined, Gpus]>([
  ['nothing is said', undefined, undefined, ['1']],
  ['all are given', 'all', undefined, ['1']],
  ['a number is', 2, ['0', '1'], ['1']],
  ['some are named', ['GPU-a', 'GPU-b'], ['GPU-a', 'GPU-b'], ['GPU-b']],
  ['CDI names them', {cdi: ['nvidia.com/gpu=4', 'nvidia.com/gpu=6']}, ['4', '6'], {cdi: ['nvidia.com/gpu=6']}],
  ['CDI names all', {cdi: ['nvidia.com/gpu=all']}, undefined, {cdi: ['nvidia.com/gpu=1']}],
  ["the driver's nodes are", {devices: nodes}, ['2', '5'], {devices: nodes.slice(1)}],
  ['none are given', 'none', [], 'none'],
])('where %s, the second card of a plan is the second of those', (_, gpus, named, second) => {
  expect(gpusNamedBy(gpus)).toEqual(named);
  expect(gpusOfMember(gpus, {cards: [1]})).toEqual(second);
});

test('a router gets none, and a plain server what the settings say', () => {
  expect(gpusOfMember(['GPU-a'], {cards: []})).toBe('none');
  expect(gpusOfMember(['GPU-a'], {cards: null})).toEqual(['GPU-a']);
});
