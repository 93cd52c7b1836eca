import type {Clock} from './clock.ts';
import {type ConnectionOwner, NetConnection} from './net-connection.ts';
import type {HttpRequest, Transport} from './transport.ts';

const readBytes = 64 * 1024;

/** What stands in a line of the head must not end it. */
const inLine = (text: string): string => {
  if (/^[\t\x20-\x7e]*$/.test(text)) return text;
  throw new Error(`not fit for a request's head: ${JSON.stringify(text.slice(0, 100))}`);
};

/** The whole request in one piece, for one write. */
const requestBytes = (host: string, {method, path, headers, body}: HttpRequest): Buffer => {
  let head = `${method} ${inLine(path)} HTTP/1.1\r\nhost: ${host}\r\n`;
  for (const name in headers) head += `${name}: ${inLine(headers[name] ?? '')}\r\n`;
  head += `content-length: ${body.length}\r\n\r\n`;
  const bytes = Buffer.allocUnsafe(head.length + body.length);
  bytes.write(head, 'latin1');
  body.copy(bytes, head.length);
  return bytes;
};

/**
 * The transport on plain sockets, for http:// only. What it leaves out against an HTTP library is most of what that
 * costs: at 128 streams half the CPU and a quarter of the error in TTFT of undici's lowest level.
 */
export const netTransport = (url: string, clock: Clock): Transport => {
  const {host, hostname, port} = new URL(url);
  // Brackets belong to the URL, not to the IPv6 address.
  const target = {host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 80)};
  const connections = new Set<NetConnection>();
  /** The last one used is used first, so that what rests for so long that it is closed is not what is needed. */
  const idle: NetConnection[] = [];
  let connectionsOpened = 0;

  const owner: ConnectionOwner = {
    clock,
    shared: Buffer.allocUnsafeSlow(readBytes),
    onOpened() {
      connectionsOpened += 1;
    },
    onFree: connection => idle.push(connection),
    onClosed: connection => connections.delete(connection),
  };

  const connect = () => {
    const connection = new NetConnection(target, owner);
    connections.add(connection);
    return connection;
  };

  const takeIdle = (): NetConnection | undefined => {
    for (let free = idle.pop(); free !== undefined; free = idle.pop()) if (free.open) return free;
    return undefined;
  };

  return {
    http: 'net',

    send(request, handlers) {
      const connection = takeIdle() ?? connect();
      connection.send(requestBytes(host, request), handlers);
      return () => connection.cancel(handlers);
    },

    async open(count) {
      const free = idle.filter(({open}) => open).length;
      await Promise.all(Array.from({length: Math.max(0, count - free)}, () => connect().settled));
    },

    get connectionsOpened() {
      return connectionsOpened;
    },

    async close() {
      for (const connection of connections) connection.destroy();
      await Promise.all([...connections].map(({closed}) => closed));
    },
  };
};
