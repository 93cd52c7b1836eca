import {isLoopback} from '../../../http/loopback.ts';

/** Where an engine listens. */
export type HostAddress =
  | {readonly kind: 'socket'; readonly path: string}
  /** `host` as in a URL: an IPv6 address stands in brackets. */
  | {readonly kind: 'tcp'; readonly protocol: 'http' | 'https'; readonly host: string; readonly port: number}
  /** `socket` is the engine's, on the machine that ssh leads to. */
  | {readonly kind: 'ssh'; readonly destination: string; readonly port: number | null; readonly socket: string};

export type SshAddress = Extract<HostAddress, {kind: 'ssh'}>;

export const systemSocket = '/var/run/docker.sock';

/**
 * Reads an address as the Docker CLI does: unix://, tcp://, http(s)://, ssh://, or `host:port`. `withTls` is whether
 * certificates were named. Throws an Error with the reason, which never quotes a password.
 */
export const readAddress = (text: string, withTls: boolean): HostAddress => {
  const [, scheme = 'tcp', rest = ''] = /^(?:([a-z]+):\/\/)?(.*)$/s.exec(text) ?? [];
  if (scheme === 'unix') return {kind: 'socket', path: rest || systemSocket};
  if (!['tcp', 'http', 'https', 'ssh'].includes(scheme)) throw new Error(`cutover cannot speak ${scheme}://`);
  const url = URL.parse(`${scheme}://${rest}`);
  if (url === null || url.hostname === '') throw new Error('it is not an address');
  const {hostname: host, username, password, pathname} = url;
  if (password !== '') throw new Error('it has a password in it, and the Docker CLI takes none there');
  const port = url.port === '' ? null : Number(url.port);
  const path = pathname === '/' ? '' : pathname;
  if (scheme === 'ssh') {
    const destination = username === '' ? host : `${decodeURIComponent(username)}@${host}`;
    return {kind: 'ssh', destination: destination.replace(/\[(.*)\]$/, '$1'), port, socket: path || systemSocket};
  }
  if (username !== '') throw new Error('it has a user name in it, which only ssh:// takes');
  if (path !== '') throw new Error(`it has a path, ${path}, and cutover speaks to an engine at / only`);
  const protocol = scheme === 'https' || (scheme === 'tcp' && withTls) ? 'https' : 'http';
  const usual = {tcp: withTls ? 2376 : 2375, http: 80, https: 443}[scheme] ?? 2375;
  return {kind: 'tcp', protocol, host, port: port ?? usual};
};

/** Whether paths and loopback ports of an engine there are this machine's. */
export const isLocal = (address: HostAddress): boolean =>
  address.kind === 'socket' || (address.kind === 'tcp' && isLoopback(address.host));
