import {once} from 'node:events';
import {type AddressInfo, createServer} from 'node:net';

/** A port of 127.0.0.1 that nobody listened on a moment ago, for programs that take no 0 for one. */
export const freePort = async (): Promise<number> => {
  const listener = createServer().listen({port: 0, host: '127.0.0.1'});
  await once(listener, 'listening');
  const {port} = listener.address() as AddressInfo;
  listener.close();
  await once(listener, 'close');
  return port;
};
