import {once} from 'node:events';
import {createServer as createHttpServer} from 'node:http';
import {type AddressInfo, createServer, type Server, type Socket} from 'node:net';
import {KubeConfig} from '@kubernetes/client-node';
import {expect, test} from 'vitest';
import {followInPod, readInPod} from './pod-command.ts';

const place = {namespace: 'inference', pod: 'sglang-0', container: 'engine'};

const clusterAt = async (server: Server): Promise<{readonly config: KubeConfig}> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const config = new KubeConfig();
  const {port} = server.address() as AddressInfo;
  config.loadFromClusterAndUser(
    {name: 'here', server: `http://127.0.0.1:${port}`, skipTLSVerify: true} as never,
    {name: 'me'} as never,
  );
  return {config};
};

test('a command is given up on where an API server takes the connection and says nothing', async () => {
  const sockets: Socket[] = [];
  const server = createServer(socket => {
    sockets.push(socket);
    socket.on('error', () => {});
  });
  const cluster = await clusterAt(server);
  expect(await readInPod(cluster, place, ['nvidia-smi'], 500)).toBeNull();
  expect(sockets).toHaveLength(1);
  for (const socket of sockets) socket.destroy();
  server.close();
});

test('one that may not be started rejects with the status, as other calls do', async () => {
  const server = createHttpServer().on('upgrade', (_request, socket) =>
    socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'),
  );
  const cluster = await clusterAt(server);
  await expect(followInPod(cluster, place, ['nvidia-smi'], () => {})).rejects.toMatchObject({code: 403});
  expect(await readInPod(cluster, place, ['nvidia-smi'], 10_000)).toBeNull();
  server.close();
});
