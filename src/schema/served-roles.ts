import type {Role} from './request.ts';
import type {StackServer} from './stack.ts';

/** The model of each role that a server answers for. */
export const modelsOf = ({
  role,
  model,
  also,
}: Pick<StackServer, 'role' | 'model' | 'also'>): Partial<Record<Role, string>> => ({
  [role]: model,
  ...also,
});

/** The roles that a server answers for. */
export const servedRoles = (server: Pick<StackServer, 'role' | 'model' | 'also'>): readonly Role[] =>
  Object.keys(modelsOf(server)) as Role[];

/** The same server with other models in the place of the plan's. */
export const withModels = (server: StackServer, models: Partial<Record<Role, string>>): StackServer => {
  const {role, model, also} = server;
  if (also === undefined) return {...server, model: models[role] ?? model};
  const others = Object.entries(also).map(([other, planned]) => [other, models[other as Role] ?? planned]);
  return {...server, model: models[role] ?? model, also: Object.fromEntries(others)};
};

/** The servers of a plan that answer for any of these roles. */
export const serversFor = (servers: readonly StackServer[], wanted: readonly Role[]): readonly StackServer[] =>
  servers.filter(server => servedRoles(server).some(role => wanted.includes(role)));
