import {once} from 'node:events';
import {type AddressInfo, createServer, type Socket} from 'node:net';
import type {Duplex} from 'node:stream';
import {setTimeout as delay} from 'node:timers/promises';

export interface ForwardOptions {
  /** A new connection to the server. Rejects while there is none to be had. */
  readonly dial: () => Promise<Duplex>;
  /** Looks after a dial that failed; what it rejects with is why no further one is tried. */
  readonly look: () => Promise<void>;
  /** How long a connection from here may wait for one to the server. */
  readonly patienceMs?: number;
}

export interface Forward extends AsyncDisposable {
  /** Of this machine's loopback. */
  readonly port: number;
}

const pauseMs = 250;

/**
 * A port here that leads to a server elsewhere: any number of connections, each with one of its own there. While none can
 * be made, connections from here wait with what they have sent; one that breaks in the middle is reset here too, for
 * nobody can say how much of it had arrived.
 */
export const openForward = async ({dial, look, patienceMs = 120_000}: ForwardOptions): Promise<Forward> => {
  const sockets = new Set<Socket>();
  const closed = new AbortController();

  const connect = async (): Promise<Duplex> => {
    const patience = AbortSignal.any([closed.signal, AbortSignal.timeout(patienceMs)]);
    for (;;) {
      try {
        return await dial();
      } catch {
        await look();
        await delay(pauseMs, undefined, {signal: patience});
      }
    }
  };
  const carry = async (socket: Socket): Promise<void> => {
    const stream = await connect();
    if (closed.signal.aborted || socket.destroyed || stream.destroyed) {
      stream.destroy();
      socket.resetAndDestroy();
      return;
    }
    socket.on('close', () => stream.destroy());
    stream.on('error', () => socket.resetAndDestroy()); // an end would pass for that of a reply
    socket.pipe(stream).pipe(socket);
  };

  const server = createServer({pauseOnConnect: true, noDelay: true}, socket => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {}); // whoever connected has gone
    carry(socket).catch(() => socket.resetAndDestroy());
  });
  server.listen({host: '127.0.0.1', port: 0});
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      closed.abort();
      const ended = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await ended;
    },
  };
};
