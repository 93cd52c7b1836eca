import {once} from 'node:events';
import {type AddressInfo, createServer, type Socket} from 'node:net';
import {RequestReader} from './request-reader.ts';

export interface NullServer extends AsyncDisposable {
  readonly url: string;
  /** Milliseconds that it took of this thread so far. */
  readonly busyMs: () => number;
}

/**
 * Answers every request at once with the same bytes. It runs in the thread of the client, because a thread or a process
 * of its own takes longer to start than all the requests, and 15 MB or more.
 */
export const startNullServer = async (reply: Buffer): Promise<NullServer> => {
  const sockets = new Set<Socket>();
  let busyMs = 0;
  const server = createServer({noDelay: true}, socket => {
    sockets.add(socket);
    const reader = new RequestReader(() => socket.write(reply));
    socket.on('error', () => {}); // the client hangs up when it has enough
    socket.on('data', bytes => {
      const beganMs = performance.now();
      reader.feed(bytes);
      busyMs += performance.now() - beganMs;
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    busyMs: () => busyMs,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};
