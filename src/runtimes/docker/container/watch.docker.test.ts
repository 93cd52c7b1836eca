import {once} from 'node:events';
import {writeFile} from 'node:fs/promises';
import {connect, createServer, type Socket} from 'node:net';
import {join} from 'node:path';
import {afterAll, afterEach, beforeAll, beforeEach, expect, test} from 'vitest';
import {type DockerOptions, startDocker} from '../start.ts';
import {fakeEngineImage, testDocker} from '../test-docker.ts';
import {type OwnDocker, ownDocker} from '../test-own-docker.ts';
import {quickEngine, type TestRun, testRun} from '../test-stack.ts';
import {sidecarNvidiaSmi} from './sidecar.ts';

// An engine of its own, which may be restarted and whose GPU nobody else wants.
let own: OwnDocker;
let run: TestRun;
beforeAll(async () => {
  own = await ownDocker();
  const image = await (await testDocker()).getImage(await fakeEngineImage()).get();
  const loaded = await own.docker.loadImage(image);
  loaded.resume();
  await once(loaded, 'end');
}, 60_000);
afterAll(() => own[Symbol.asyncDispose]());
beforeEach(async () => {
  run = await testRun(own.docker);
});
afterEach(() => run[Symbol.asyncDispose]());

const optionsAt = (DOCKER_HOST: string, changes: Partial<DockerOptions> = {}) =>
  run.options([{role: 'chat'}], {engine: quickEngine, environment: {...process.env, DOCKER_HOST}, ...changes});

test('a Docker engine that is restarted takes its server along, and that is said', async () => {
  await using stack = await startDocker(optionsAt(own.environment.DOCKER_HOST));
  const death = once(stack.died, 'abort');
  await own.stop();
  await own.start();
  await death;
  expect(stack.died.reason).toMatchObject({
    code: 'ENGINE_DIED',
    message: expect.stringMatching(/(stopped or restarted|its Docker engine going down) .*while it should serve$/),
    hint: expect.stringContaining('journalctl -u docker'),
  });
  await stack[Symbol.asyncDispose]();
  expect(await run.left()).toEqual({containers: [], networks: []});
  expect(await run.log('chat')).toContain('[shutdown]'); // also what it wrote while nobody could listen
});

test('a connection to Docker that breaks is no death, and the death after it is noticed', async () => {
  const sockets = new Set<Socket>();
  let connections = 0;
  const proxy = createServer(client => {
    connections++;
    const docker = connect(own.name.replace('unix://', ''));
    for (const [socket, mate] of [
      [client, docker],
      [docker, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => sockets.delete(socket) && mate.destroy());
    }
    client.pipe(docker).pipe(client);
  });
  const path = join(run.folder, 'proxy.sock');
  await once(proxy.listen(path), 'listening');
  try {
    await using stack = await startDocker(optionsAt(`unix://${path}`));
    // While it serves one call is open, and no other.
    await expect.poll(() => sockets.size).toBe(2);
    const before = connections;
    for (const socket of sockets) socket.destroy();
    await expect.poll(() => connections, {timeout: 10_000}).toBe(before + 2); // asked how it is, and waits again
    expect(stack.died.aborted).toBe(false);
    const death = once(stack.died, 'abort');
    await fetch(`${stack.endpoint('chat').url}/die`, {method: 'POST'}).catch(() => null);
    await death;
    expect(stack.died.reason.message).toContain('exited with code 1 while it should serve');
  } finally {
    proxy.close();
  }
});

test('a stack on the GPU has device nodes, a lock and a way to nvidia-smi; the next one is refused meanwhile', async () => {
  const onGpu = {hostSettings: {gpus: {devices: ['/dev/null:/dev/nvidia0']}}};
  await using stack = await startDocker(optionsAt(own.environment.DOCKER_HOST, onGpu));
  expect((await own.docker.getContainer(`cutover-${run.runId}-chat`).inspect()).HostConfig.Devices).toEqual([
    {PathOnHost: '/dev/null', PathInContainer: '/dev/nvidia0', CgroupPermissions: 'rwm'},
  ]);
  expect(await stack.nvidiaSmi?.read(['-L'])).toBeNull(); // the image has none, as this machine
  await using other = await testRun(own.docker);
  const second = other.options([{role: 'chat'}], {...onGpu, environment: {...process.env, ...own.environment}});
  await expect(startDocker(second)).rejects.toMatchObject({
    code: 'GPU_BUSY',
    message: expect.stringContaining(run.runId),
  });
  expect(await other.left()).toEqual({containers: [], networks: []});
  await stack[Symbol.asyncDispose]();
  expect(await run.left()).toEqual({containers: [], networks: []});
});

test('readings of the GPU end quietly with their Docker engine, and do not hide its death', async () => {
  const options = {docker: own.docker, image: await fakeEngineImage(), gpu: {}, labels: {}};
  const program = join(run.folder, 'nvidia-smi');
  await writeFile(program, '#!/usr/local/bin/node\nsetInterval(() => console.log("row"), 20);\n', {mode: 0o755});
  const settings = {binds: [`${program}:/usr/local/bin/nvidia-smi:ro`]};
  const row = Promise.withResolvers<void>();
  const following = await sidecarNvidiaSmi({...options, settings}).follow(['-lms', '200'], () => row.resolve());
  await row.promise;
  await own.stop();
  await following[Symbol.asyncDispose]();
  await own.start();
});
