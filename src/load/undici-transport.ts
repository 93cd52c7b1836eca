import type {Socket} from 'node:net';
import {buildConnector, Client, errors} from 'undici';
import {reasonOf} from '../errors.ts';
import type {Failure} from '../schema/sample.ts';
import type {Clock} from './clock.ts';
import {connectReason} from './connect-reason.ts';
import type {ReplyHandlers, Transport} from './transport.ts';

const connectTimeoutMs = 10_000;

interface Connection {
  readonly client: Client;
  /** Another one after the server closed the last. */
  socket: Socket | null;
  /** When the last bytes arrived. */
  readAtMs: number;
}

const isOpen = (socket: Socket | null) => socket?.destroyed === false;

const failureOf = (error: Error, headBegun: boolean): Pick<Failure, 'kind' | 'message'> => {
  const message = headBegun ? reasonOf(error) : connectReason(error);
  // The end of the connection inside a reply is a parser error too. undici leaves the error's code empty.
  const protocol = error instanceof errors.HTTPParserError && !message.includes('Invalid EOF state');
  if (protocol || error instanceof errors.HeadersOverflowError) return {kind: 'malformed', message};
  return {kind: headBegun ? 'disconnect' : 'connect', message};
};

/**
 * The transport on undici's dispatch level: for https:// and for servers that net-transport.ts cannot read; it is slower.
 * Each connection is a Client of its own and chosen here: undici's Pool opens none before it has a request, and at 512
 * streams its choice cost 10 ms of TTFT at p99.
 */
export const undiciTransport = (url: string, clock: Clock): Transport => {
  const {protocol, host, hostname, port} = new URL(url);
  const connect = buildConnector({timeout: connectTimeoutMs, allowH2: false});
  /** Opened beforehand and not used yet. */
  const spare: Socket[] = [];
  /** The last one used is used first, so that what rests for so long that it is closed is not what is needed. */
  const idle: Connection[] = [];
  const clients = new Set<Client>();
  let connectionsOpened = 0;
  let connectionsRefused = 0;

  const openSocket: typeof connect = (target, callback) =>
    connect(target, (...result) => {
      if (result[0] === null) connectionsOpened += 1;
      else connectionsRefused += 1;
      callback(...result);
    });

  const openConnection = (): Connection => {
    const client = new Client(url, {
      // Timeouts are the exchange's: one deadline for the whole request.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect(target, callback) {
        const adopt: typeof callback = (...result) => {
          connection.socket = result[1];
          // Before the client's own listener, so that the stamp is of the arrival and not of the parsing.
          const stamp = () => {
            connection.readAtMs = clock.now();
          };
          result[1]?.on('readable', stamp).on('end', stamp);
          callback(...result);
        };
        const opened = takeSpare();
        // Not at once: the client does not expect its answer before this function returns.
        if (opened !== undefined) queueMicrotask(() => adopt(null, opened));
        else openSocket(target, adopt);
      },
    });
    const connection: Connection = {client, socket: null, readAtMs: 0};
    clients.add(client);
    return connection;
  };

  const takeSpare = (): Socket | undefined => {
    for (let socket = spare.pop(); socket !== undefined; socket = spare.pop()) if (isOpen(socket)) return socket;
    return undefined;
  };

  const drop = ({client}: Connection) => {
    clients.delete(client);
    return client.destroy();
  };

  return {
    http: 'undici',
    switched: null,

    send({method, path, headers, body}, handlers: ReplyHandlers) {
      const connection = idle.pop() ?? openConnection();
      let over = false;
      let headMs: number | null = null;
      connection.client.dispatch(
        {method, path, headers, body},
        {
          onRequestStart() {
            if (!over) handlers.onSent(clock.now());
          },
          onResponseStarted() {
            headMs = connection.readAtMs;
          },
          onResponseStart(_controller, status, headers) {
            if (over || status < 200) return;
            handlers.onHead(status, headMs ?? connection.readAtMs, name => [headers[name] ?? null].flat()[0] ?? null);
          },
          onResponseData(_controller, bytes) {
            if (!over) handlers.onBytes(bytes, 0, bytes.length, connection.readAtMs);
          },
          onResponseEnd() {
            if (over) return;
            over = true;
            idle.push(connection);
            handlers.onEnd(connection.readAtMs);
          },
          onResponseError(_controller, error) {
            if (over) return;
            over = true;
            const atMs = clock.now();
            void drop(connection);
            handlers.onError(failureOf(error, headMs !== null), atMs);
          },
        },
      );
      return () => {
        if (over) return;
        over = true;
        void drop(connection);
      };
    },

    async open(count) {
      const free = [...idle.map(({socket}) => socket), ...spare].filter(isOpen).length;
      const opening = Array.from(
        {length: Math.max(0, count - free)},
        () =>
          new Promise<void>(resolve => {
            // Brackets belong to the URL, not to the IPv6 address.
            openSocket({protocol, host, hostname: hostname.replace(/^\[|\]$/g, ''), port}, (error, socket) => {
              if (error === null) spare.push(socket);
              resolve();
            });
          }),
      );
      await Promise.all(opening);
    },

    get connectionsOpened() {
      return connectionsOpened;
    },

    get connectionsRefused() {
      return connectionsRefused;
    },

    async close() {
      for (const socket of spare) socket.destroy();
      await Promise.all([...clients].map(client => client.destroy()));
    },
  };
};
