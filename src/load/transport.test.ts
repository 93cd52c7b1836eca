import {once} from 'node:events';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {describe, expect, test} from 'vitest';
import type {Clock} from './clock.ts';
import {netTransport} from './net-transport.ts';
import {chunk, chunkedHead, lastChunk, type Received, reply, startTestServer} from './test-server.ts';
import {counting, request, send, until} from './test-transport.ts';
import type {ReplyHeader, Transport} from './transport.ts';
import {undiciTransport} from './undici-transport.ts';

type Work = (transport: Transport, server: Awaited<ReturnType<typeof startTestServer>>) => Promise<void>;
type Using = (answer: (request: Received) => unknown, work: Work) => Promise<void>;

type MakeTransport = (url: string, clock: Clock) => Transport;

const usingTransport = async (makeTransport: MakeTransport, ...[answer, work]: Parameters<Using>) => {
  await using server = await startTestServer(answer);
  const transport = makeTransport(server.url, counting());
  try {
    await work(transport, server);
  } finally {
    await transport.close();
  }
};

describe.each<[Transport['http'], MakeTransport]>([
  ['net', netTransport],
  ['undici', undiciTransport],
])('the transport on %s', (http, makeTransport) => {
  const using: Using = (answer, work) => usingTransport(makeTransport, answer, work);

  test('a request reaches the server as it is, and the reply comes back with its stamps in order', () =>
    using(
      ({socket}) => socket.write(reply('hello')),
      async (transport, server) => {
        const {sentMs, heads, reads, endMs, error} = await send(transport).ended;
        expect(server.received[0]).toMatchObject({
          method: 'POST',
          path: '/v1/x',
          body: '{"a":"é"}',
          headers: {'x-request-id': 'r1'},
        });
        expect(error).toBeNull();
        expect(sentMs).toHaveLength(1);
        expect(heads.map(([status]) => status)).toEqual([200]);
        expect(reads.map(([text]) => text)).toEqual(['hello']);
        const stamps = [sentMs[0], heads[0]?.[1], reads[0]?.[1], endMs];
        expect(stamps).toEqual(stamps.toSorted((a, b) => Number(a) - Number(b)));
      },
    ));

  test("a reply's headers are found by their names, whatever the case, and what is not there is null", () =>
    using(
      ({socket}) =>
        socket.write(reply('', {status: 503, headers: 'Retry-After:  7\r\nx-two: a\r\nx-two: b\r\nx-none:\r\n'})),
      async transport => {
        const heard = await new Promise(resolve => {
          const found = (header: ReplyHeader) => ['retry-after', 'x-two', 'x-none', 'x-other'].map(header);
          const onHead = (_status: number, _atMs: number, header: ReplyHeader) => resolve(found(header));
          transport.send(request, {onHead, onSent() {}, onBytes() {}, onEnd() {}, onError: resolve});
        });
        expect(heard).toEqual(['7', 'a', '', null]);
      },
    ));

  test('what one read of the socket brought has one stamp', () =>
    using(
      ({socket}) => socket.write(chunkedHead + chunk('a') + chunk('b') + chunk('c') + lastChunk),
      async transport => {
        const {heads, reads, endMs} = await send(transport).ended;
        expect(reads.map(([text]) => text)).toEqual(['a', 'b', 'c']);
        expect(new Set([...reads.map(([, atMs]) => atMs), heads[0]?.[1], endMs]).size).toBe(1);
      },
    ));

  test('the head is stamped with its first byte, even when it comes in pieces', async () => {
    const clock = counting();
    const whole = reply('x');
    await using server = await startTestServer(async ({socket}) => {
      socket.write(whole.slice(0, 12));
      await until(() => clock.looks === 2); // one for the send, one for the first read
      socket.write(whole.slice(12));
    });
    const transport = makeTransport(server.url, clock);
    expect(await send(transport).ended).toMatchObject({sentMs: [1], heads: [[200, 2]], reads: [['x', 3]], endMs: 3});
    await transport.close();
  });

  test('bytes are handed on as they are read, not only when their chunk is complete', () => {
    const bytes = Buffer.from(chunk('data: é'));
    let sent: ReturnType<typeof send> | null = null;
    return using(
      async ({socket}) => {
        socket.write(Buffer.concat([Buffer.from(chunkedHead), bytes.subarray(0, -3)]));
        await until(() => sent?.outcome.reads.length === 1);
        socket.write(Buffer.concat([bytes.subarray(-3), Buffer.from(lastChunk)]));
      },
      async transport => {
        sent = send(transport);
        const {reads, endMs} = await sent.ended;
        expect(reads).toHaveLength(2);
        expect(reads[0]?.[1]).toBeLessThan(Number(endMs));
        expect(reads[1]?.[1]).toBe(endMs);
      },
    );
  });

  test('requests one after another share a connection', () =>
    using(
      ({socket}) => socket.write(reply('x')),
      async (transport, server) => {
        for (let sent = 0; sent < 5; sent += 1) await send(transport).ended;
        expect(server.connections()).toBe(1);
        expect(transport).toMatchObject({connectionsOpened: 1, connectionsRefused: 0});
      },
    ));

  test('requests at the same time have a connection each: nothing is pipelined', () =>
    using(
      ({socket}) => setTimeout(() => socket.write(reply('x')), 5),
      async (transport, server) => {
        await Promise.all(Array.from({length: 4}, () => send(transport).ended));
        expect(server.connections()).toBe(4);
        await Promise.all(Array.from({length: 4}, () => send(transport).ended));
        expect(server.connections()).toBe(4);
      },
    ));

  test('connections that were opened beforehand are the ones that are used', () =>
    using(
      ({socket}) => setTimeout(() => socket.write(reply('x')), 5),
      async (transport, server) => {
        await transport.open(3);
        expect(transport.connectionsOpened).toBe(3);
        await Promise.all(Array.from({length: 3}, () => send(transport).ended));
        await transport.open(3);
        expect(server.connections()).toBe(3);
        await transport.open(5);
        expect(transport.connectionsOpened).toBe(5);
      },
    ));

  test('a connection that was opened beforehand and closed by the server is replaced', async () => {
    await using server = await startTestServer(({socket}) => socket.write(reply('x')));
    const transport = makeTransport(server.url, counting());
    await transport.open(1);
    server.hangUp();
    // Opens another one as soon as the client has heard of it.
    while (transport.connectionsOpened === 1) {
      await new Promise(setImmediate);
      await transport.open(1);
    }
    expect((await send(transport).ended).error).toBeNull();
    await transport.close();
  });

  test('a connection that the server closed after its reply is replaced', () =>
    using(
      ({socket}) => socket.end(reply('x', {headers: 'connection: close\r\n'})),
      async (transport, server) => {
        for (let sent = 0; sent < 3; sent += 1) expect((await send(transport).ended).error).toBeNull();
        expect(server.connections()).toBe(3);
      },
    ));

  test.each([
    ['after the head', chunkedHead, 'disconnect'],
    ['inside a chunk', chunkedHead + chunk('data: {}').slice(0, 8), 'disconnect'],
    ['before the length it promised', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc', 'disconnect'],
    [
      'before that length, having said it would close',
      'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 10\r\n\r\nabc',
      'disconnect',
    ],
    [
      'inside a chunk, having said it would close',
      `HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n${chunk('abc').slice(0, 4)}`,
      'disconnect',
    ],
    ['without a word', '', 'connect'],
  ] as const)('a server that closes the connection %s', (_, bytes, kind) =>
    using(
      ({socket}) => socket.end(bytes),
      async transport => {
        const {error} = await send(transport).ended;
        expect(error?.kind).toBe(kind);
        expect(error?.message).not.toBe('');
      },
    ),
  );

  test('a connection that is reset inside a reply is a disconnect', () =>
    using(
      ({socket}) => socket.write(chunkedHead + chunk('a'), () => socket.resetAndDestroy()),
      async transport => expect((await send(transport).ended).error?.kind).toBe('disconnect'),
    ));

  test.each([
    ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['a broken header', 'HTTP/1.1 200 OK\r\nno header\r\n\r\n'],
    ['a broken chunk', `${chunkedHead}what?\r\n`],
    ['an endless head', `HTTP/1.1 200 OK\r\n${'x-more: and more\r\n'.repeat(4000)}`],
  ])('a reply that is %s is malformed', (_, bytes) =>
    using(
      ({socket}) => socket.write(bytes),
      async transport => expect((await send(transport).ended).error?.kind).toBe('malformed'),
    ),
  );

  test('a failed request does not spoil the next', () => {
    let requests = 0;
    return using(
      ({socket}) => (requests++ === 0 ? socket.destroy() : socket.write(reply('x'))),
      async transport => {
        expect((await send(transport).ended).error?.kind).toBe('connect');
        expect((await send(transport).ended).error).toBeNull();
      },
    );
  });

  test('a refused connection is told with its reason, and counted', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const {port} = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const transport = makeTransport(`http://127.0.0.1:${port}`, counting());
    expect(transport.connectionsRefused).toBe(0);
    await transport.open(2);
    expect(transport.connectionsRefused).toBe(2);
    const {error, sentMs} = await send(transport).ended;
    expect(error).toMatchObject({kind: 'connect', message: expect.stringContaining('ECONNREFUSED')});
    expect(sentMs).toEqual([]);
    expect(transport).toMatchObject({connectionsOpened: 0, connectionsRefused: 3});
    await transport.close();
  });

  test('a request that is cancelled closes its connection and is heard of no more', () =>
    using(
      () => {},
      async (transport, server) => {
        const {cancel, outcome} = send(transport);
        await until(() => server.received.length === 1);
        const closed = Promise.all(server.received.map(({socket}) => once(socket, 'close')));
        cancel();
        await closed;
        expect(outcome).toMatchObject({heads: [], endMs: null, error: null});
      },
    ));

  test('a request that is cancelled before it left never reaches the server', () =>
    using(
      ({socket}) => socket.write(reply('x')),
      async (transport, server) => {
        send(transport).cancel();
        await send(transport).ended;
        expect(server.received).toHaveLength(1);
      },
    ));

  test('the connection that was used last is used next', () =>
    using(
      ({socket}) => socket.write(reply('x')),
      async (transport, server) => {
        await transport.open(3);
        for (let sent = 0; sent < 3; sent += 1) await send(transport).ended;
        expect(new Set(server.received.map(({connection}) => connection)).size).toBe(1);
      },
    ));

  test('a connection that the server closed while it rested is not used again', () =>
    using(
      ({socket}) => socket.write(reply('x')),
      async (transport, server) => {
        await send(transport).ended;
        const [first] = server.received;
        const closed = first && once(first.socket, 'close');
        server.hangUp();
        await closed; // the client has answered the server's end with its own
        expect((await send(transport).ended).error).toBeNull();
        expect(transport.connectionsOpened).toBe(2);
      },
    ));

  test('says which one it is', async () => {
    const transport = makeTransport('http://127.0.0.1:1', counting());
    expect(transport.http).toBe(http);
    await transport.close();
  });
});

test('bytes that no request asked for end the connection, and the reply before them counts', () =>
  usingTransport(
    netTransport,
    ({socket}) => socket.write(`${reply('x')}HTTP/1.1 200 OK\r\n`),
    async (transport, server) => {
      expect(await send(transport).ended).toMatchObject({error: null, reads: [['x', expect.any(Number)]]});
      expect(await send(transport).ended).toMatchObject({error: null});
      expect(server.connections()).toBe(2);
    },
  ));

test('a request whose headers could be taken for others is not sent', () => {
  const transport = netTransport('http://127.0.0.1:1', counting());
  expect(() => send(transport, {...request, headers: {'x-request-id': 'a\r\nb: c'}})).toThrow('not fit');
});

test('a connection that has rested for more than 4 s is not used again, for servers close theirs after 5 s', () =>
  usingTransport(
    url => {
      const restsMs = [0, 4000, 8001];
      let nowMs = 0;
      const clock = {now: () => nowMs};
      const transport = netTransport(url, clock, () => {}, clock);
      return {
        ...transport,
        send(request, handlers) {
          nowMs += restsMs.shift() ?? 0;
          return transport.send(request, handlers);
        },
      };
    },
    ({socket}) => socket.write(reply('hello')),
    async (transport, server) => {
      for (let nth = 0; nth < 3; nth += 1) expect((await send(transport).ended).error).toBeNull();
      const [first, second, third] = server.received.map(({socket}) => socket);
      expect(second).toBe(first);
      expect(third).not.toBe(first);
    },
  ));
