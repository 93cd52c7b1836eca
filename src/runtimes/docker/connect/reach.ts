import {CutoverError} from '../../../errors.ts';
import {isLoopback} from '../../../http/loopback.ts';
import type {HostAddress} from './address.ts';
import type {SshTunnel} from './ssh-tunnel.ts';

const everywhere = /^(0\.0\.0\.0|::)$/;
const bracketed = (host: string) => (host.includes(':') && !host.startsWith('[') ? `[${host}]` : host);

/** Without its port. */
export const originOf = ({protocol, host}: {protocol: string; host: string}): string =>
  `${protocol}://${bracketed(host)}`;

/** `DockerHost.assertReachable` of an engine at that address. */
export const assertReachableFrom = (address: HostAddress) => (publish: string) => {
  if (address.kind === 'tcp' && isLoopback(publish) && !isLoopback(address.host)) throw noWay(address.host, publish);
};

/** `DockerHost.reach` of an engine at that address. */
export const reachFrom = (address: HostAddress, tunnel: SshTunnel | null) => async (publish: string, port: number) => {
  if (tunnel !== null) {
    const there = everywhere.test(publish) ? '127.0.0.1' : bracketed(publish);
    return `http://127.0.0.1:${await tunnel.forward(there, port)}`;
  }
  const host = address.kind === 'tcp' ? address.host : 'localhost';
  const loopback = publish === '::' ? '::1' : '127.0.0.1';
  const at = !everywhere.test(publish) ? publish : isLoopback(host) ? loopback : host;
  return `${originOf({protocol: 'http', host: at})}:${port}`;
};

const noWay = (host: string, publish: string): CutoverError =>
  new CutoverError(
    'BAD_OPTIONS',
    `Docker runs on ${host} and publishes the servers on its ${publish}, which cannot be reached from here`,
    {
      hint: `Go through SSH (DOCKER_HOST=ssh://user@${host}), which forwards the ports. In a network that you trust, let it publish on an address of that machine: --docker-settings with publish: <address>.`,
    },
  );
