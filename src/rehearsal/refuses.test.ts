import {once} from 'node:events';
import type {AddressInfo} from 'node:net';
import {createServer} from 'node:net';
import {expect, test} from 'vitest';
import {refuses} from './refuses.ts';

test('a port that somebody listens on does not refuse, even where nothing is ever answered; one that was given up does', async () => {
  const server = createServer(() => {});
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect(await refuses(url)).toBe(false);
  server.close();
  await once(server, 'close');
  expect(await refuses(url)).toBe(true);
});

test('a host whose name nobody knows refuses nothing', async () => {
  expect(await refuses('http://nobody.invalid:1')).toBe(false);
});
