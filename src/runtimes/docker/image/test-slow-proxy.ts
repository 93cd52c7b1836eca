import {once} from 'node:events';
import {connect, createServer, type Socket} from 'node:net';
import {setTimeout as delay} from 'node:timers/promises';

/** Stands before a server of 127.0.0.1 and lets each connection have 16 kB of what it sends every 50 ms. */
export const slowProxy = async (
  port: number,
): Promise<AsyncDisposable & {readonly host: string; readonly connections: Set<Socket>}> => {
  const connections = new Set<Socket>();
  const proxy = createServer(near => {
    const far = connect(port, '127.0.0.1');
    connections.add(near);
    for (const socket of [near, far]) socket.on('error', () => {});
    near.once('close', () => {
      connections.delete(near);
      far.destroy();
    });
    near.pipe(far);
    void trickle(far, near);
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const address = proxy.address();
  if (address === null || typeof address === 'string') throw new TypeError('a TCP listener has a port');
  return {
    host: `127.0.0.1:${address.port}`,
    connections,
    [Symbol.asyncDispose]: async () => {
      for (const socket of connections) socket.destroy();
      proxy.close();
      await once(proxy, 'close');
    },
  };
};

const trickle = async (from: Socket, to: Socket): Promise<void> => {
  try {
    for await (const chunk of from as AsyncIterable<Buffer>)
      for (let sent = 0; sent < chunk.length; sent += 16_384) {
        to.write(chunk.subarray(sent, sent + 16_384));
        await delay(50);
      }
    to.end();
  } catch {
    to.destroy(); // one of the two is gone
  }
};
