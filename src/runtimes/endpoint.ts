import {CutoverError} from '../errors.ts';
import type {Role} from '../schema/request.ts';

/** The server for a role. Throws BAD_OPTIONS when there is none. */
export const endpointOf = <Server extends {readonly role: Role}>(servers: readonly Server[], role: Role): Server => {
  const server = servers.find(one => one.role === role);
  if (server !== undefined) return server;
  const served = [...new Set(servers.map(one => one.role))].join(' and ') || 'nothing';
  throw new CutoverError('BAD_OPTIONS', `No server of this stack serves ${role}: it serves ${served}`, {
    hint: `Add a server for ${role} to the stack file or, when attaching, --attach ${role}=<URL>; or run a suite that does not need it.`,
  });
};
