import {CutoverError, reasonOf} from '../../../errors.ts';
import {type HostAddress, readAddress} from './address.ts';
import type {Environment} from './config-file.ts';
import {chosenContext, readContext} from './contexts.ts';
import {defaultSockets, firstUsable} from './socket.ts';
import {type HostTls, tlsOfEnvironment} from './tls.ts';

export interface DockerEndpoint {
  readonly address: HostAddress;
  readonly tls: HostTls | null;
  /** Its address and what named it, for example `tcp://gpu1:2376 (context lab)`. Without a password, whatever was given. */
  readonly name: string;
}

/**
 * The engine that the Docker CLI would speak to: DOCKER_HOST, else DOCKER_CONTEXT, else the current context, else the
 * system's socket; where that cannot be used, a rootless engine's or Docker Desktop's. Throws DOCKER_UNREACHABLE.
 */
export const endpointOfDocker = async (environment: Environment): Promise<DockerEndpoint> => {
  if (environment.DOCKER_HOST)
    return toEndpoint(environment.DOCKER_HOST, 'DOCKER_HOST', await tlsOfEnvironment(environment));
  const context = await chosenContext(environment);
  if (context === null)
    return toEndpoint(`unix://${await firstUsable(defaultSockets(environment))}`, 'the default', null);
  const {address, tls} = await readContext(context, environment);
  return toEndpoint(address, `context ${context.name}`, tls);
};

const toEndpoint = (text: string, from: string, tls: HostTls | null): DockerEndpoint => {
  const name = `${withoutPassword(text)} (${from})`;
  try {
    return {address: readAddress(text, tls !== null), tls, name};
  } catch (thrown) {
    throw new CutoverError('DOCKER_UNREACHABLE', `${name} cannot be used: ${reasonOf(thrown)}`, {
      hint: `Write unix:///var/run/docker.sock, tcp://host:2376 or ssh://user@host${from === 'DOCKER_HOST' ? ' into DOCKER_HOST' : ''}.`,
    });
  }
};

/** `user:password@host` need not follow `//`: the address of tcp may be written without. */
const withoutPassword = (text: string): string => {
  const [, scheme = '', rest = ''] = /^([a-z]+:\/\/)?(.*)$/s.exec(text) ?? [];
  return scheme + rest.replace(/^[^@]*:.*@/s, '…@');
};
