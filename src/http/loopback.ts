import {isIP} from 'node:net';

/** Whether only this machine can reach what listens at a host: localhost, 127.…, ::1, in brackets too. No name below localhost, which may be led elsewhere. */
export const isLoopback = (host: string): boolean => {
  const address = host.replace(/^\[|\]$/g, '').toLowerCase();
  if (isIP(address) === 4) return address.startsWith('127.');
  return address === '::1' || address === 'localhost';
};

/** Whether a URL leads each machine that asks to itself. Clients take the addresses that mean all of a machine's, and names below localhost, for its own. */
export const leadsToItself = (url: string): boolean => {
  const host = URL.parse(url)?.hostname ?? '';
  return isLoopback(host) || host.endsWith('.localhost') || host === '0.0.0.0' || host === '[::]';
};
