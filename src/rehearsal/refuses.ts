import {once} from 'node:events';
import {connect} from 'node:net';

/** A connection on loopback or in a data centre is taken or refused at once; what does neither may be busy. */
const withinMs = 2000;

/**
 * Whether nobody listens there any more: a connection is refused. A server that is only slow, or cannot be reached for the moment, does
 * not refuse.
 */
export const refuses = async (url: string): Promise<boolean> => {
  const {hostname, port, protocol} = new URL(url);
  const socket = connect({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || (protocol === 'https:' ? 443 : 80)),
  });
  try {
    await once(socket, 'connect', {signal: AbortSignal.timeout(withinMs)});
    return false;
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'ECONNREFUSED';
  } finally {
    socket.destroy();
  }
};
