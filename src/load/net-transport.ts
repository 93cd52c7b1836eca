import {type Clock, machineClock} from './clock.ts';
import type {MalformedReply} from './http1-head.ts';
import {type ConnectionOwner, NetConnection} from './net-connection.ts';
import type {HttpRequest, Transport} from './transport.ts';

const readBytes = 64 * 1024;
/** More at once than a server's queue holds would be dropped, and each of those tried again a second later. */
const openedAtOnce = 256;

/**
 * uvicorn, under vLLM and SGLang alike, closes a connection that has rested for 5 s. A request that is sent as it does so
 * is lost: seen on SGLang with users who think, as a reset in one of 1,600 requests.
 */
const longestRestMs = 4000;

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

interface NetTransport extends Transport {
  /** Closes the connections that rest, and the others as soon as they do: nothing more will be sent. */
  retire(): void;
}

/**
 * The transport on plain sockets, for http:// only. What it leaves out against an HTTP library is most of what that
 * costs: at 128 streams half the CPU and a quarter of the error in TTFT of undici's lowest level. `onFirstReply` is told
 * of the first reply that was read to its end (null) or refused, before the request's own handlers are.
 */
export const netTransport = (
  url: string,
  clock: Clock,
  onFirstReply: (refused: MalformedReply | null) => void = () => {},
  restClock: Clock = machineClock,
): NetTransport => {
  const {host, hostname, port} = new URL(url);
  // Brackets belong to the URL, not to the IPv6 address.
  const target = {host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 80)};
  const connections = new Set<NetConnection>();
  /** `freeSinceMs` is by `restClock`: the trial's clock is set to its start while they rest. The last one used is used first, so that what rests for so long that it is closed is not what is needed. */
  const idle: {readonly connection: NetConnection; readonly freeSinceMs: number}[] = [];
  let connectionsOpened = 0;
  let connectionsRefused = 0;
  let replied = false;
  let retired = false;

  const owner: ConnectionOwner = {
    clock,
    shared: Buffer.allocUnsafeSlow(readBytes),
    onOpened() {
      connectionsOpened += 1;
    },
    onRefused() {
      connectionsRefused += 1;
    },
    onReply(refused) {
      if (replied) return;
      replied = true;
      onFirstReply(refused);
    },
    onFree(connection) {
      if (retired) connection.destroy();
      else idle.push({connection, freeSinceMs: restClock.now()});
    },
    onClosed: connection => connections.delete(connection),
  };

  const connect = () => {
    const connection = new NetConnection(target, owner);
    connections.add(connection);
    return connection;
  };

  const takeIdle = (): NetConnection | undefined => {
    for (let free = idle.pop(); free !== undefined; free = idle.pop()) {
      if (restClock.now() - free.freeSinceMs > longestRestMs) free.connection.destroy();
      else if (free.connection.open) return free.connection;
    }
    return undefined;
  };

  return {
    http: 'net',
    switched: null,

    send(request, handlers) {
      const connection = takeIdle() ?? connect();
      connection.send(requestBytes(host, request), handlers);
      return () => connection.cancel(handlers);
    },

    async open(count, goOn = () => true) {
      for (const {connection, freeSinceMs} of idle)
        if (restClock.now() - freeSinceMs > longestRestMs / 2) connection.destroy();
      let missing = count - idle.filter(({connection}) => connection.open).length;
      const openOnes = async () => {
        while (missing > 0 && goOn()) {
          missing -= 1;
          const connection = connect();
          await connection.settled;
          if (!connection.open) return; // more of what is refused tells nothing new
        }
      };
      await Promise.all(Array.from({length: Math.min(openedAtOnce, Math.max(0, missing))}, openOnes));
    },

    get connectionsOpened() {
      return connectionsOpened;
    },

    get connectionsRefused() {
      return connectionsRefused;
    },

    retire() {
      retired = true;
      for (const {connection} of idle.splice(0)) connection.destroy();
    },

    async close() {
      for (const connection of connections) connection.destroy();
      await Promise.all([...connections].map(({closed}) => closed));
    },
  };
};
