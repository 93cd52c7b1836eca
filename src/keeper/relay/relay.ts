import {once} from 'node:events';
import {Agent, request as ask, createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import {type AddressInfo, connect} from 'node:net';
import type {RelayMode} from '../contract.ts';
import {Blackhole} from './blackhole.ts';
import {inBurst} from './burst.ts';
import {delayed} from './delayed.ts';
import {spoiled} from './spoil.ts';

/** What stands in front of one server. */
export interface Relay extends AsyncDisposable {
  /** Origin without a trailing slash. */
  readonly url: string;
  set(mode: RelayMode): void;
  /** Where the server is reached from now on. */
  aim(origin: string): void;
  /** Refuses connections from now on if the server does: to be called when it may have died. */
  look(): void;
}

/** Below the 5 s after which servers close an idle connection: none shall be used that is being closed. */
const idleMs = 3000;

const broken = JSON.stringify({error: {message: 'the relay was told to fail', type: 'InternalServerError', code: 500}});

/**
 * An HTTP/1.1 relay on loopback. In mode `pass` it hands on bytes as they come, a server that refuses connections is refused here as
 * well, and a connection that breaks on one side breaks on the other. Only requests of work (POST) are failed, spoiled or slowed.
 */
export const startRelay = async (origin: string): Promise<Relay> => {
  let target = new URL(origin);
  let mode: RelayMode = {mode: 'pass'};
  let sinceMs = performance.now();
  const hole = new Blackhole();
  const agent = new Agent({keepAlive: true, timeout: idleMs});

  const answer = (request: IncomingMessage, response: ServerResponse, reply: IncomingMessage, askedMs: number) => {
    const now = request.method === 'POST' ? mode : ({mode: 'pass'} as const);
    const {'transfer-encoding': _, connection: __, ...headers} = reply.headers;
    if (now.mode === 'wrong' && reply.statusCode === 200) {
      delete headers['content-length'];
      response.writeHead(200, headers).flushHeaders();
      return spoiled(reply, response, hole);
    }
    response.writeHead(reply.statusCode ?? 502, reply.statusMessage, headers);
    if (now.mode === 'slow') return delayed(reply, response, {...now, askedMs, hole});
    response.flushHeaders();
    reply.on('data', (chunk: Buffer) => {
      hole.hold(() => {
        if (!response.write(chunk)) {
          reply.pause();
          response.once('drain', () => reply.resume());
        }
      });
    });
    reply.once('end', () => hole.hold(() => response.end()));
  };

  const refuse = () => {
    server.close();
    server.closeIdleConnections(); // those of a process that is gone are closed, too
  };

  const forward = (request: IncomingMessage, response: ServerResponse) => {
    const {host: _, connection: __, ...headers} = request.headers;
    const askedMs = performance.now();
    const {hostname, port} = target;
    // A spoiled reply is read here, and must not be compressed.
    const encoding = {'accept-encoding': 'identity'};
    const options = {agent, host: hostname, port, method: request.method, path: request.url};
    const asked = ask({...options, headers: {...headers, ...encoding, host: target.host}});
    asked.once('response', reply => {
      reply.once('error', () => hole.hold(() => response.destroy()));
      hole.hold(() => answer(request, response, reply, askedMs));
    });
    asked.once('error', (thrown: NodeJS.ErrnoException) => {
      if (thrown.code === 'ECONNREFUSED') refuse();
      hole.hold(() => response.destroy());
    });
    response.once('close', () => asked.destroy()); // no effect on one that has ended
    request.on('data', (chunk: Buffer) =>
      hole.hold(() => {
        if (asked.write(chunk)) return;
        request.pause();
        asked.once('drain', () => request.resume());
      }),
    );
    request.once('end', () => hole.hold(() => asked.end()));
  };

  const server = createServer(
    {keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0, noDelay: true},
    (request, response) => {
      response.on('error', () => {});
      request.on('error', () => {});
      if (mode.mode === 'errors' && request.method === 'POST' && inBurst(mode, performance.now() - sinceMs)) {
        request.resume();
        response.writeHead(500, {'content-type': 'application/json'}).end(broken);
        return;
      }
      hole.hold(() => {
        if (!response.destroyed) forward(request, response); // a caller that has gone meanwhile asks for nothing
      });
    },
  );
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen(0);
  const {port} = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    set(next) {
      mode = next;
      sinceMs = performance.now();
      if (next.mode === 'cut') hole.open();
      else hole.close();
    },
    aim(next) {
      target = new URL(next);
    },
    look() {
      const socket = connect(Number(target.port), target.hostname);
      socket.once('connect', () => socket.destroy());
      socket.once('error', refuse);
    },
    async [Symbol.asyncDispose]() {
      agent.destroy();
      server.closeAllConnections();
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
};
