import {once} from 'node:events';
import {type AddressInfo, createServer, type Socket} from 'node:net';
import {expect, test} from 'vitest';
import {reply, startTestServer} from '../load/test-server.ts';
import {fetchText, sendingBroke} from './fetch-text.ts';

test('the status, body and headers of an answer are told, whatever the status', async () => {
  await using server = await startTestServer(({socket}) =>
    socket.write(reply('no such page', {status: 404, headers: 'X-Engine: one\r\nX-Engine: two\r\n'})),
  );
  const {status, body, headers} = await fetchText(`${server.url}/metrics`, {timeoutMs: 10_000});
  expect({status, body, engine: headers['x-engine']}).toEqual({status: 404, body: 'no such page', engine: 'one, two'});
  expect(server.received).toMatchObject([{method: 'GET', path: '/metrics'}]);
});

test('a POST is a POST, and each request has a connection of its own', async () => {
  await using server = await startTestServer(({socket}) => socket.end(reply('', {headers: 'connection: close\r\n'})));
  await fetchText(`${server.url}/flush_cache`, {method: 'POST', timeoutMs: 10_000});
  await fetchText(`${server.url}/flush_cache`, {method: 'POST', timeoutMs: 10_000});
  expect(server.received.map(({method, headers}) => [method, headers.connection])).toEqual([
    ['POST', 'close'],
    ['POST', 'close'],
  ]);
  expect(server.connections()).toBe(2);
});

test('JSON is sent as the body, and its length is of its bytes', async () => {
  await using server = await startTestServer(({socket}) => socket.end(reply('', {headers: 'connection: close\r\n'})));
  await fetchText(`${server.url}/tokenize`, {method: 'POST', json: {prompt: 'größer'}, timeoutMs: 10_000});
  const [received] = server.received;
  expect(received?.body).toBe('{"prompt":"größer"}');
  expect(received?.headers).toMatchObject({'content-type': 'application/json', 'content-length': '21'});
});

test('bytes are sent as they are, with the headers that are given', async () => {
  await using server = await startTestServer(({socket}) => socket.end(reply('', {headers: 'connection: close\r\n'})));
  const body = Buffer.from('{"a": "é"}');
  const headers = {'content-type': 'text/plain'};
  await fetchText(`${server.url}/chat`, {method: 'POST', body, headers, timeoutMs: 10_000});
  const [received] = server.received;
  expect(received?.body).toBe('{"a": "é"}');
  expect(received?.headers).toMatchObject({'content-type': 'text/plain', 'content-length': '11'});
});

test('a server that is not there is an error that names the reason and the address', async () => {
  await expect(fetchText('http://127.0.0.1:9/health', {timeoutMs: 10_000})).rejects.toThrow(
    'connect ECONNREFUSED 127.0.0.1:9',
  );
});

test('a server that says nothing is an error after the timeout', async () => {
  await using server = await startTestServer(() => {});
  await expect(fetchText(server.url, {timeoutMs: 50})).rejects.toThrow('no answer within 0.05 s');
});

test('an abort throws its own reason', async () => {
  const abort = new AbortController();
  const reason = new Error('interrupted');
  await using server = await startTestServer(() => abort.abort(reason));
  await expect(fetchText(server.url, {timeoutMs: 10_000, signal: abort.signal})).rejects.toBe(reason);
});

/** Answers the first bytes of a request as it is told, and reads no further. */
const deafServer = async (answer: (socket: Socket) => unknown) => {
  const sockets: Socket[] = [];
  const server = createServer(socket => {
    sockets.push(socket);
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.pause();
      answer(socket);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};
const long = {method: 'POST', body: 'x'.repeat(2 ** 25), timeoutMs: 30_000} as const;

test('a reply that comes while the body is still being sent is the reply, and the rest is not sent', async () => {
  await using server = await deafServer(socket => socket.write(reply('too large', {status: 413})));
  expect(await fetchText(server.url, long)).toMatchObject({status: 413, body: 'too large'});
});

test('a connection that breaks while the body is being sent is called that, and one that ends after it is not', async () => {
  await using server = await deafServer(socket => socket.resetAndDestroy());
  await expect(fetchText(server.url, long)).rejects.toThrow(sendingBroke);
  await expect(fetchText(server.url, {...long, body: 'short'})).rejects.not.toThrow(sendingBroke);
});
