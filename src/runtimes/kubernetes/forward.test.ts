import {once} from 'node:events';
import {type AddressInfo, connect, createServer, type Socket} from 'node:net';
import {text} from 'node:stream/consumers';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {type ForwardOptions, openForward} from './forward.ts';

let open: AsyncDisposableStack;
beforeEach(() => {
  open = new AsyncDisposableStack();
});
afterEach(() => open.disposeAsync());

/** A server elsewhere, and the way to it. */
const serve = async (answer: (socket: Socket) => void) => {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.defer(() => void server.close());
  return async () => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    await once(socket, 'connect');
    return socket;
  };
};

const forwardTo = async (options: ForwardOptions) => open.use(await openForward(options));

const ask = (port: number, said: string): Promise<string> => {
  const socket = connect(port, '127.0.0.1');
  socket.write(said);
  return text(socket);
};

const echo = (socket: Socket) => socket.once('data', said => socket.end(`heard ${said}`));
const never = async () => {};

test('carries many connections at a time, each of them to one of its own', async () => {
  const {port} = await forwardTo({dial: await serve(echo), look: never});
  const names = Array.from({length: 50}, (_, index) => `connection ${index}`);
  expect(await Promise.all(names.map(name => ask(port, name)))).toEqual(names.map(name => `heard ${name}`));
});

test('carries long replies whole to a reader that is slow', async () => {
  const long = 'x'.repeat(20_000_000);
  const {port} = await forwardTo({dial: await serve(socket => socket.end(long)), look: never});
  const socket = connect(port, '127.0.0.1').pause();
  await once(socket, 'readable');
  expect((await text(socket)).length).toBe(long.length);
});

test('a connection waits with what it has sent until one to the server can be made', async () => {
  const dial = await serve(echo);
  let failures = 0;
  const {port} = await forwardTo({
    dial: async () => {
      if (failures < 3) throw new Error('the API server is away');
      return dial();
    },
    look: async () => {
      failures += 1;
    },
  });
  expect(await ask(port, 'early')).toBe('heard early');
  expect(failures).toBe(3);
});

test('one that breaks in the middle is reset, so that no part of a reply passes for the whole', async () => {
  const begun = await serve(socket => socket.write('HTTP/1.1 200 OK\r\n\r\nhalf of'));
  const streams: Socket[] = [];
  const {port} = await forwardTo({
    dial: async () => {
      const stream = await begun();
      streams.push(stream);
      return stream;
    },
    look: never,
  });
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'data');
  const broken = once(socket, 'end').then(
    () => 'ended',
    thrown => thrown.code,
  );
  streams[0]?.destroy(new Error('the way broke'));
  expect(await broken).toBe('ECONNRESET');
});

test('when there is nothing to wait for any more, it is reset at once', async () => {
  const {port} = await forwardTo({
    dial: () => Promise.reject(new Error('no pod')),
    look: () => Promise.reject(new Error('it is gone')),
  });
  await expect(ask(port, 'hello')).rejects.toThrow('ECONNRESET');
});
