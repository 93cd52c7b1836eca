import {once} from 'node:events';
import {type AddressInfo, createServer, type Socket} from 'node:net';

/** A request as it reached the test server. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Which connection it came over, in the order in which they were opened. */
  readonly connection: number;
  readonly socket: Socket;
}

export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly received: Received[];
  readonly connections: () => number;
  /** All that were opened, in that order. */
  readonly sockets: () => readonly Socket[];
  /** Ends every connection. */
  readonly hangUp: () => void;
}

const readRequest = (bytes: string) => {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return null;
  const [start = '', ...lines] = bytes.slice(0, headEnd).split('\r\n');
  const [method = '', path = ''] = start.split(' ');
  const headers = Object.fromEntries(
    lines.map(line => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const bodyEnd = headEnd + 4 + Number(headers['content-length'] ?? 0);
  if (bytes.length < bodyEnd) return null;
  return {
    method,
    path,
    headers,
    body: Buffer.from(bytes.slice(headEnd + 4, bodyEnd), 'latin1').toString(),
    rest: bytes.slice(bodyEnd),
  };
};

/** A server on plain sockets: `answer` writes whatever bytes the test is about. */
export const startTestServer = async (answer: (request: Received) => unknown): Promise<TestServer> => {
  const sockets = new Set<Socket>();
  const received: Received[] = [];
  let connections = 0;
  const server = createServer({noDelay: true}, socket => {
    const connection = connections;
    connections += 1;
    sockets.add(socket);
    let bytes = '';
    socket.on('error', () => {});
    socket.on('data', data => {
      bytes += data.toString('latin1');
      for (let request = readRequest(bytes); request !== null; request = readRequest(bytes)) {
        bytes = request.rest;
        const {rest: _, ...parts} = request;
        received.push({...parts, connection, socket});
        answer({...parts, connection, socket});
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    connections: () => connections,
    sockets: () => [...sockets],
    hangUp() {
      for (const socket of sockets) socket.end();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};

export const reply = (body: string, {status = 200, headers = ''} = {}) =>
  `HTTP/1.1 ${status} Test\r\ncontent-length: ${Buffer.byteLength(body)}\r\n${headers}\r\n${body}`;

export const chunkedHead = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n';
export const chunk = (body: string) => `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n`;
export const lastChunk = chunk('');

export const event = (data: unknown) => `data: ${JSON.stringify(data)}\n\n`;
export const token = (content: string) => event({choices: [{index: 0, delta: {content}}]});
export const finish = event({choices: [{index: 0, delta: {}, finish_reason: 'length'}]});
export const usage = (completion_tokens: number) => event({choices: [], usage: {prompt_tokens: 7, completion_tokens}});
export const done = 'data: [DONE]\n\n';

/** A whole chat answer of `tokens` tokens. */
export const chatAnswer = (tokens = 2) =>
  [...Array.from({length: tokens}, (_, index) => token(` t${index}`)), finish, usage(tokens), done].join('');
