import type {Clock} from './clock.ts';
import {OddReply} from './http1-head.ts';
import {lateTransport} from './late-transport.ts';
import {netTransport} from './net-transport.ts';
import type {Transport} from './transport.ts';

/** Loaded only for a server that needs it: it costs 28 MB and 70 ms. */
const undici = (url: string, clock: Clock): Transport => {
  const making = import('./undici-transport.ts').then(({undiciTransport}) => undiciTransport(url, clock));
  return lateTransport('undici', making, clock);
};

/**
 * Plain sockets, and undici for all that follows when the first reply was one that only undici can read. That reply
 * stays a failure: nothing is sent twice. A broken reply after a good one is a fault of the server's and changes
 * nothing, or it would change the client in the middle of a measurement.
 */
const netThenUndici = (url: string, clock: Clock): Transport => {
  let switched: string | null = null;
  let current: Transport;
  const net = netTransport(url, clock, refused => {
    if (!(refused instanceof OddReply)) return;
    switched = refused.message;
    current = undici(url, clock);
    net.retire();
  });
  current = net;
  const sum = (count: 'connectionsOpened' | 'connectionsRefused') =>
    net[count] + (current === net ? 0 : current[count]);
  return {
    get http() {
      return current.http;
    },
    get switched() {
      return switched;
    },
    send: (request, handlers) => current.send(request, handlers),
    open: (count, goOn) => current.open(count, goOn),
    get connectionsOpened() {
      return sum('connectionsOpened');
    },
    get connectionsRefused() {
      return sum('connectionsRefused');
    },
    async close() {
      await Promise.all([net.close(), current.close()]);
    },
  };
};

/** The transport for a server at `url`: plain sockets, and undici where TLS is spoken or they cannot read the server. */
export const transportTo = (url: string, clock: Clock): Transport =>
  new URL(url).protocol === 'https:' ? undici(url, clock) : netThenUndici(url, clock);
