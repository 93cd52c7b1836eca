import {once} from 'node:events';
import {expect, test} from 'vitest';
import {chunk, chunkedHead, lastChunk, type Received, reply, startTestServer} from './test-server.ts';
import {counting, request, send, until} from './test-transport.ts';
import type {Transport} from './transport.ts';
import {transportTo} from './transport-to.ts';
import {undiciTransport} from './undici-transport.ts';

const using = async (
  answer: (request: Received) => unknown,
  work: (transport: Transport, server: Awaited<ReturnType<typeof startTestServer>>) => Promise<void>,
) => {
  await using server = await startTestServer(answer);
  const transport = transportTo(server.url, counting());
  try {
    await work(transport, server);
  } finally {
    await transport.close();
  }
};

const bodyOf = ({reads}: {reads: [string, number][]}) => reads.map(([text]) => text).join('');

const inChunks = chunk('hi') + lastChunk;
/** A reply in chunks, in a version of HTTP that has none. */
const oddReply = chunkedHead.replace('HTTP/1.1', 'HTTP/1.0') + inChunks;

test('plain sockets are used for http://, and undici where TLS is spoken', async () => {
  for (const [url, http] of [
    ['http://127.0.0.1:1', 'net'],
    ['https://127.0.0.1:1', 'undici'],
  ] as const) {
    const transport = transportTo(url, counting());
    expect(transport).toMatchObject({http, switched: null, connectionsOpened: 0, connectionsRefused: 0});
    await transport.close();
  }
});

test('connections to https:// are opened beforehand, and counted where they are refused', async () => {
  const transport = transportTo('https://127.0.0.1:1', counting());
  await transport.open(2);
  expect((await send(transport).ended).error?.message).toContain('ECONNREFUSED');
  expect(transport.connectionsRefused).toBe(3);
  await transport.close();
});

test.each([
  ['chunks in HTTP/1.0', oddReply],
  ['chunked said twice', chunkedHead.replace('chunked', 'chunked, chunked') + inChunks],
  ['chunked in two headers', chunkedHead.replace('\r\n\r\n', '\r\ntransfer-encoding: chunked\r\n\r\n') + inChunks],
  ['an empty line before the status', `\r\n${reply('hi')}`],
  ['another version', reply('hi').replace('HTTP/1.1', 'HTTP/2.0')],
  ['the version 0.9', reply('hi').replace('HTTP/1.1', 'HTTP/0.9')],
  ['a control character after the status', reply('hi').replace('Test', 'T\x01st')],
  ['a body in identity until the end', 'HTTP/1.1 200 OK\r\ntransfer-encoding: identity\r\nconnection: close\r\n\r\nhi'],
  ['a chunk size of many digits', `${chunkedHead}${'0'.repeat(20)}2\r\nhi\r\n${lastChunk}`],
  ['a long note beside a chunk', `${chunkedHead}2;${'x'.repeat(5000)}\r\nhi\r\n${lastChunk}`],
])('%s: the first reply is a failure, and undici reads those that follow', (_, bytes) =>
  using(
    ({socket}) => (bytes.includes('identity') ? socket.end(bytes) : socket.write(bytes)),
    async (transport, server) => {
      const {error} = await send(transport).ended;
      expect(error?.kind).toBe('malformed');
      expect(transport).toMatchObject({http: 'undici', switched: error?.message});
      for (let sent = 0; sent < 3; sent += 1) {
        const outcome = await send(transport).ended;
        expect([outcome.error, outcome.heads.map(([status]) => status), bodyOf(outcome)]).toEqual([null, [200], 'hi']);
      }
      expect(server.received).toHaveLength(4); // nothing was sent twice
    },
  ),
);

test.each([
  ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n'],
  ['a folded header', reply('hi', {headers: 'x: a\r\n b\r\n'})],
  ['a space before a colon', reply('hi', {headers: 'x : a\r\n'})],
  ['lines without a carriage return', 'HTTP/1.1 200 OK\ncontent-length: 2\n\nhi'],
  ['a length beside chunks', chunkedHead.replace('\r\n\r\n', '\r\ncontent-length: 2\r\n\r\n') + inChunks],
  ['two lengths', reply('hi', {headers: 'content-length: 3\r\n'})],
  ['a status of two digits', reply('hi', {status: 20})],
  ['another version', reply('hi').replace('HTTP/1.1', 'HTTP/1.2')],
  ['a chunk that is longer than its size', `${chunkedHead}2\r\nhi!\r\n${lastChunk}`],
  ['a chunk with a word for a size', `${chunkedHead}what?\r\n`],
])('%s: undici reads it no better, so nothing changes', async (_, bytes) => {
  const answer = ({socket}: Received) => socket.write(bytes);
  await using(answer, async transport => {
    for (let sent = 0; sent < 2; sent += 1) expect((await send(transport).ended).error?.kind).toBe('malformed');
    expect(transport).toMatchObject({http: 'net', switched: null});
  });
  await using server = await startTestServer(answer);
  const undici = undiciTransport(server.url, counting());
  expect((await send(undici).ended).error).not.toBeNull();
  await undici.close();
});

test('an odd reply after a good one is a failure and changes nothing', () => {
  const replies = [reply('x'), oddReply, oddReply, reply('x')];
  return using(
    ({socket}) => socket.write(replies.shift() ?? ''),
    async transport => {
      const kinds = [];
      for (let sent = 0; sent < 4; sent += 1) kinds.push((await send(transport).ended).error?.kind);
      expect(kinds).toEqual([undefined, 'malformed', 'malformed', undefined]);
      expect(transport).toMatchObject({http: 'net', switched: null});
    },
  );
});

test('a connection that is lost is no reply: the first one that comes decides', () => {
  let requests = 0;
  return using(
    ({socket}) => (requests++ === 0 ? socket.destroy() : socket.write(oddReply)),
    async transport => {
      expect((await send(transport).ended).error?.kind).toBe('connect');
      expect((await send(transport).ended).error?.kind).toBe('malformed');
      expect(await send(transport).ended).toMatchObject({error: null});
      expect(transport.http).toBe('undici');
    },
  );
});

test('what runs when the client is changed ends where it began, and what is sent meanwhile waits', () => {
  const waiting: Received[] = [];
  return using(
    received => {
      if (received.path === '/slow') waiting.push(received);
      else received.socket.write(oddReply);
    },
    async (transport, server) => {
      const slow = send(transport, {...request, path: '/slow'});
      await until(() => waiting.length === 1);
      await send(transport).ended;
      const meanwhile = [send(transport), send(transport), send(transport)];
      const cancelled = send(transport);
      cancelled.cancel();
      for (const {ended} of meanwhile) expect(await ended).toMatchObject({error: null, sentMs: [expect.any(Number)]});
      expect(cancelled.outcome).toMatchObject({sentMs: [], heads: [], error: null});
      waiting[0]?.socket.write(reply('late'));
      expect(bodyOf(await slow.ended)).toBe('late');
      expect(server.received).toHaveLength(5);
      expect(transport.connectionsOpened).toBe(5);
    },
  );
});

test('connections that were opened beforehand are closed when undici takes over, and it opens its own', () =>
  using(
    ({socket}) => socket.write(oddReply),
    async (transport, server) => {
      await transport.open(3);
      await until(() => server.connections() === 3);
      const closed = server.sockets().map(socket => once(socket, 'close'));
      await send(transport).ended;
      await Promise.all(closed);
      await transport.open(2);
      expect(transport.connectionsOpened).toBe(5);
      const both = [send(transport), send(transport)];
      for (const {ended} of both) expect((await ended).error).toBeNull();
      expect(server.connections()).toBe(5);
    },
  ));
