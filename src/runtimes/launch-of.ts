import type {Engine} from '../engines/engine.ts';
import {CutoverError} from '../errors.ts';
import type {Role} from '../schema/request.ts';
import {servedRoles} from '../schema/served-roles.ts';
import type {StackPlan} from '../schema/stack.ts';
import {endpointOf} from './endpoint.ts';

/** How the engine is started. Throws BAD_OPTIONS where cutover cannot, or where the plan has no server for a role. */
export const launchOf = (engine: Engine, plan: StackPlan, roles: readonly Role[]): NonNullable<Engine['launch']> => {
  if (engine.launch === null)
    throw new CutoverError('BAD_OPTIONS', `cutover cannot start ${engine.title}`, {
      hint: 'Start it yourself and measure it with --attach <URL>.',
    });
  const served = plan.servers.flatMap(server => servedRoles(server).map(role => ({role})));
  for (const role of roles) endpointOf(served, role);
  return engine.launch;
};
