import {once} from 'node:events';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {expect, test} from 'vitest';
import {freePort} from '../runtimes/free-port.ts';
import type {ServerHandle} from '../runtimes/server-handle.ts';
import {NotPossible} from './not-possible.ts';
import {strikeServer} from './strike.ts';
import {VramHogs} from './vram-hog.ts';

const hogs = new VramHogs('python3', '/dev/null');
const nothing = async () => {};

const strike = (act: 'leak' | 'fill-memory', url: string, memoryLimitGiB: number | null = null) => {
  const handle: Pick<ServerHandle, 'kill' | 'freeze' | 'thaw' | 'network' | 'memoryLimitGiB' | 'roles'> = {
    ...{kill: nothing, freeze: nothing, thaw: nothing, network: null, memoryLimitGiB, roles: ['embed']},
  };
  const struck = {handle: handle as ServerHandle, url, simulated: true, hasGpu: false};
  return strikeServer({act, mibPerSecond: 64}, struck, hogs);
};

const serverThatSays = async (status: number, headers: Record<string, string> = {}) => {
  const server = createServer((_, response) => void response.writeHead(status, headers).end('{"detail": "Not Found"}'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

test.each(['leak', 'fill-memory'] as const)(
  '%s on an engine that knows no such thing has failed, and says why',
  async act => {
    await using engine = await serverThatSays(404);
    await expect(strike(act, engine.url)).rejects.toThrow(NotPossible);
    await expect(strike(act, engine.url)).rejects.toThrow(
      new RegExp(
        `^${act} failed: POST ${engine.url}/simulator/${act}.* was answered with HTTP 404 .*Not Found.*: that engine`,
      ),
    );
  },
);

test('on one that is not there it has failed', async () => {
  await expect(strike('leak', `http://127.0.0.1:${await freePort()}`)).rejects.toThrow(
    /^leak failed: POST .* reached nobody: the connection was refused$/,
  );
});

test('it is done where the engine says so, by its status or by the header of docker/fake-engine', async () => {
  await using engine = await serverThatSays(200);
  await expect(strike('leak', engine.url)).resolves.toBeUndefined();
  await using fake = await serverThatSays(404, {'x-cutover-struck': 'eat-memory'});
  await expect(strike('fill-memory', fake.url, 0.5)).resolves.toBeUndefined();
});
