import {once} from 'node:events';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {queryObjects} from 'node:v8';
import {Client} from 'undici';
import {expect, test, vi} from 'vitest';
import {connectionsTo} from './connections.ts';

const clients = () => queryObjects(Client, {format: 'count'});

test('what a rush has opened is given up with its connections', async () => {
  const server = createServer((_, response) => response.end('{}')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const before = clients(); // prototypes count
  const connections = connectionsTo(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const ask = () =>
    new Promise<void>((resolve, reject) => {
      const nothing = {onSent() {}, onHead() {}, onData() {}};
      connections.post('/', '{}', 'a', {...nothing, onEnd: resolve, onError: reject});
    });
  await Promise.all(Array.from({length: 20}, ask));
  expect(clients() - before).toBe(20);
  server.closeIdleConnections();
  await vi.waitUntil(() => clients() === before, {timeout: 10_000});
  await ask(); // on a new one
  await connections.close();
  server.close();
});
