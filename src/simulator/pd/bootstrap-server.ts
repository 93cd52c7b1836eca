import {once} from 'node:events';
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {CutoverError, reasonOf} from '../../errors.ts';
import {evidenceHeader} from '../exchange.ts';
import type {Rooms} from './rooms.ts';

/** What a decode server must know of the prefill server before it asks. source: disaggregation/common/conn.py, PrefillServerInfo */
const serverInfo = (pageTokens: number, httpPort: number) => ({
  attn_tp_size: 1,
  attn_cp_size: 1,
  dp_size: 1,
  pp_size: 1,
  page_size: pageTokens,
  kv_cache_dtype: 'auto',
  follow_bootstrap_room: true,
  enable_dsa_cache_layer_split: false,
  prefill_http_port: httpPort,
});

const roomPath = /^\/simulator\/rooms\/([\d.e+-]+)$/;

const send = (response: ServerResponse, status: number, body: string) =>
  response
    .writeHead(status, {...Object.fromEntries([evidenceHeader]), 'content-length': Buffer.byteLength(body)})
    .end(body);

/** The reply is a Delivery, once it is there; or 500 and why it is not. */
const answerRoom = async (rooms: Rooms, room: number, response: ServerResponse) => {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  try {
    send(response, 200, JSON.stringify(await rooms.ask(room, gone)));
  } catch (error) {
    send(response, 500, reasonOf(error));
  }
};

export interface BootstrapServer extends AsyncDisposable {
  readonly port: number;
}

interface BootstrapOptions {
  readonly host: string;
  readonly port: number;
  readonly rooms: Rooms;
  readonly pageTokens: number;
  /** Of the server itself. */
  httpPort(): number;
}

/**
 * The bootstrap server of a prefill server: its pages are SGLang's; instead of what SGLang sends over its own sockets it has
 * POST /simulator/rooms/<room>, which waits. Throws ENGINE_DID_NOT_START when the port cannot be had.
 */
export const startBootstrapServer = async (options: BootstrapOptions): Promise<BootstrapServer> => {
  const {host, port, rooms, pageTokens, httpPort} = options;
  const answer = ({method, url = ''}: IncomingMessage, response: ServerResponse) => {
    const [path = ''] = url.split('?');
    const room = roomPath.exec(path)?.[1];
    if (method === 'GET' && path === '/health') send(response, 200, 'OK');
    else if (method === 'GET' && path === '/route')
      send(response, 200, JSON.stringify(serverInfo(pageTokens, httpPort())));
    else if (method === 'POST' && room !== undefined) void answerRoom(rooms, Number(room), response);
    else send(response, 404, '404: Not Found');
  };
  const server = createServer((request, response) => {
    request.resume();
    answer(request, response);
  });
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (cause) {
    const message = `the simulated prefill server cannot listen on its bootstrap port ${host}:${port}: ${reasonOf(cause)}`;
    throw new CutoverError('ENGINE_DID_NOT_START', message, {hint: 'Choose another port, or 0 for a free one.', cause});
  }
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};
