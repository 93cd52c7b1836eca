import {roles} from '../../schema/request.ts';
import type {StackPlan} from '../../schema/stack.ts';
import {membersOf} from './members.ts';

const step = 1000;

/** All that the servers of a plan listen on. */
const portsOf = (plan: StackPlan): readonly number[] =>
  membersOf(plan, roles).flatMap(({server: {port, bootstrapPort}}) => [
    port,
    ...(bootstrapPort === undefined ? [] : [bootstrapPort]),
  ]);

const moved = (plan: StackPlan, by: number): StackPlan => ({
  ...plan,
  servers: plan.servers.map(server => ({
    ...server,
    port: server.port + by,
    ...(server.bootstrapPort === undefined ? {} : {bootstrapPort: server.bootstrapPort + by}),
  })),
});

/**
 * The plan with ports that another one, which is up beside it on the same machine, does not use: as many thousands further as it takes.
 * Two plans of one engine have the same ports, as files. The same plan where none is shared.
 */
export const apartFrom = (other: StackPlan, plan: StackPlan): StackPlan => {
  const taken = new Set(portsOf(other));
  for (let by = 0; ; by += step) {
    const candidate = moved(plan, by);
    if (portsOf(candidate).every(port => !taken.has(port))) return by === 0 ? plan : candidate;
  }
};
