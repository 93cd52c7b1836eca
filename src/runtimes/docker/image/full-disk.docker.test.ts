import {mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import {execa} from 'execa';
import {expect, test} from 'vitest';
import {temporaryFolder} from '../../../records/test-folder.ts';
import {freePort} from '../../free-port.ts';
import {connectDocker} from '../connect/host.ts';
import {testDocker} from '../test-docker.ts';
import {ownBridge} from '../test-own-bridge.ts';
import {startProgram} from '../test-program.ts';
import {ensureImage} from './image.ts';
import {pushRandomImage, startRegistry} from './test-registry.ts';

const never = new AbortController().signal;

test('an image that the disk of the Docker host has no room for says so', async () => {
  await using folder = await temporaryFolder();
  const [root, own] = [join(folder.path, 'root'), join(folder.path, 'own')];
  await using registry = await startRegistry(join(folder.path, 'registry'), {login: false});
  const reference = `${registry.host}/lab/large:v1`;
  await pushRandomImage(await testDocker(), {folder: join(folder.path, 'image'), reference, layers: 8});

  await mkdir(root);
  await execa('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'cutover-test', root]);
  await using cleanUp = new AsyncDisposableStack();
  cleanUp.defer(async () => void (await execa('umount', ['--lazy', root])));
  const port = await freePort();
  const address = `tcp://127.0.0.1:${port}`;
  const folders = ['--data-root', root, '--exec-root', own, '--pidfile', join(folder.path, 'pid')];
  const bridge = cleanUp.use(await ownBridge());
  const command = ['dockerd', ...folders, '--bridge', bridge.name, '--iptables=false', '--host', address];
  cleanUp.use(await startProgram(command, port, join(folder.path, 'dockerd.log')));

  await using host = await connectDocker({DOCKER_HOST: address}, never);
  const environment = {DOCKER_CONFIG: folder.path};
  await expect(ensureImage(host, reference, {signal: never, onLine: () => {}, environment})).rejects.toMatchObject({
    code: 'IMAGE_MISSING',
    message: expect.stringContaining("the Docker host's disk is full"),
    hint: expect.stringContaining('docker system df'),
  });
});
