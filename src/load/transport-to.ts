import type {Clock} from './clock.ts';
import {netTransport} from './net-transport.ts';
import type {Transport} from './transport.ts';
import {undiciTransport} from './undici-transport.ts';

/** The transport for a server at `url`: plain sockets, and undici where TLS is spoken. */
export const transportTo = (url: string, clock: Clock): Transport =>
  new URL(url).protocol === 'https:' ? undiciTransport(url, clock) : netTransport(url, clock);
