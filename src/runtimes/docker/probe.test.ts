import {once} from 'node:events';
import {mkdtemp, rm} from 'node:fs/promises';
import {createServer, type Server} from 'node:http';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import {probeDocker} from './probe.ts';

let folder = '';
let daemon: Server | undefined;

/** A daemon that speaks Docker's two calls on a socket of its own: CI has no engine that finds GPUs. */
const serve = async (info: unknown) => {
  daemon = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(request.url === '/version' ? '{"ApiVersion": "1.50"}' : JSON.stringify(info));
  }).listen(join(folder, 'docker.sock'));
  await once(daemon, 'listening');
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cutover-docker-'));
  vi.stubEnv('DOCKER_HOST', `unix://${folder}/docker.sock`);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  daemon?.closeAllConnections();
  daemon?.close();
  daemon = undefined;
  await rm(folder, {recursive: true, force: true});
});

describe('the probe of the Docker engine', () => {
  test('says which socket is missing when there is no engine', async () => {
    expect(await probeDocker()).toEqual({
      reachable: false,
      reason: `connect ENOENT ${folder}/docker.sock`,
      gpuRuntime: false,
    });
  });

  test('finds an engine without GPUs, and leaves no connection open', async () => {
    await serve({ServerVersion: '28.2.2', Runtimes: {runc: {}}});
    expect(await probeDocker()).toEqual({
      reachable: true,
      reason: 'Docker 28.2.2',
      gpuRuntime: false,
    });
    daemon?.close();
    if (daemon !== undefined) await once(daemon, 'close'); // comes only when every connection has ended
  });

  test.each([
    {ServerVersion: '27.5.1', Runtimes: {runc: {}, nvidia: {path: 'nvidia-container-runtime'}}},
    {ServerVersion: '28.3.0', DiscoveredDevices: [{Source: 'cdi', ID: 'nvidia.com/gpu=0'}]},
  ])('finds the GPU runtime of Docker $ServerVersion', async info => {
    await serve(info);
    const reason = `Docker ${info.ServerVersion}`;
    expect(await probeDocker()).toEqual({reachable: true, reason, gpuRuntime: true});
  });

  test('gives up an engine that accepts and never answers', async () => {
    daemon = createServer(() => {}).listen(join(folder, 'docker.sock'));
    await once(daemon, 'listening');
    const {reachable, reason} = await probeDocker(process.env, 1500);
    expect(reachable).toBe(false);
    expect(reason).toMatch(/no answer within 1500 ms|socket hang up/);
  });

  test('gives up an engine that opens the conversation and then says nothing', async () => {
    daemon = createServer((request, response) => {
      if (request.url === '/version') response.end('{"ApiVersion": "1.50"}');
    }).listen(join(folder, 'docker.sock'));
    await once(daemon, 'listening');
    expect(await probeDocker(process.env, 1500)).toMatchObject({reachable: false, reason: 'no answer within 1500 ms'});
    daemon.close();
    await once(daemon, 'close'); // comes only when every connection has ended
    daemon = undefined;
  });

  test('does not throw on a DOCKER_HOST that is no address', async () => {
    vi.stubEnv('DOCKER_HOST', 'tcp://[not-an-address');
    expect((await probeDocker()).reachable).toBe(false);
  });
});
