import {BlockList, isIP} from 'node:net';

/**
 * The proxy that kubectl would take from the environment for a server without a `proxy-url`, or null: HTTPS_PROXY (for
 * http:// HTTP_PROXY), unless NO_PROXY names the host, a suffix of it or its network. Loopback is never proxied.
 */
export const proxyFor = (server: string, environment: NodeJS.ProcessEnv): string | null => {
  const {protocol, hostname} = new URL(server);
  const name = protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const proxy = environment[name] || environment[name.toLowerCase()];
  const host = hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  if (!proxy || /^(localhost|127(\.\d+){3}|::1)$/.test(host)) return null;
  const exceptions = (environment.NO_PROXY || environment.no_proxy || '')
    .split(',')
    .map(one => one.trim().toLowerCase());
  if (exceptions.some(one => one !== '' && covers(one, host))) return null;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
};

const covers = (exception: string, host: string): boolean => {
  if (exception === '*') return true;
  const family = isIP(host);
  if (family !== 0) return exception === host || (exception.includes('/') && isIn(exception, host, family));
  const name = exception.replace(/^\*?\./, '').replace(/:\d+$/, '');
  return host.endsWith(`.${name}`) || (host === name && !exception.startsWith('.'));
};

const isIn = (network: string, host: string, family: number): boolean => {
  const [address = '', bits = ''] = network.split('/');
  const kind = isIP(address) === 4 ? 'ipv4' : 'ipv6';
  if (isIP(address) !== family || !/^\d{1,3}$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(address, Number(bits), kind);
  return list.check(host, kind);
};
