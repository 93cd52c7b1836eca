import {expect, test} from 'vitest';
import {type StackPlan, stackPlan} from '../../schema/stack.ts';
import {apartFrom} from './apart.ts';

const planOf = (ports: readonly number[]): StackPlan =>
  stackPlan.parse({
    ...{name: 'p', engine: 'sglang', description: 'For this test'},
    servers: ports.map((port, at) => ({role: ['chat', 'embed', 'rerank'][at], model: 'm', port, arguments: {}})),
  });
const pair: StackPlan = stackPlan.parse({
  ...{name: 'pd', engine: 'sglang', description: 'For this test', ratio: '2:1'},
  servers: [
    {role: 'chat', part: 'prefill', model: 'm', port: 30_000, bootstrapPort: 8998, arguments: {}},
    {role: 'chat', part: 'decode', model: 'm', port: 30_100, arguments: {}},
    {role: 'chat', part: 'router', program: 'sglang-router', model: 'm', port: 8000, arguments: {}},
  ],
});
const portsOf = ({servers}: StackPlan) =>
  servers.map(({port, bootstrapPort}) => (bootstrapPort === undefined ? port : [port, bootstrapPort]));

test('a plan whose ports are free stays as it is', () => {
  const plan = planOf([30_000, 30_001]);
  expect(apartFrom(planOf([8000, 8001]), plan)).toBe(plan);
});

test('one shared port moves all of them, bootstrap ports too, by as many thousands as it takes', () => {
  expect(portsOf(apartFrom(planOf([8000]), pair))).toEqual([[31_000, 9998], 31_100, 9000]);
  expect(portsOf(apartFrom(planOf([9000, 8000]), pair))).toEqual([[32_000, 10_998], 32_100, 10_000]);
});

test('the ports of all copies count: the second prefill server has the one after the first', () => {
  expect(portsOf(apartFrom(planOf([30_001]), pair))).toEqual([[31_000, 9998], 31_100, 9000]);
  expect(portsOf(apartFrom(planOf([8999]), pair))).toEqual([[31_000, 9998], 31_100, 9000]);
});
