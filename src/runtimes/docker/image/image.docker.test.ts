import {once} from 'node:events';
import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type Docker from 'dockerode';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {temporaryFolder} from '../../../records/test-folder.ts';
import {freePort} from '../../free-port.ts';
import {testDocker} from '../test-docker.ts';
import {ensureImage} from './image.ts';
import {pushRandomImage, registryUser, startRegistry} from './test-registry.ts';
import {slowProxy} from './test-slow-proxy.ts';

const never = new AbortController().signal;
const resources = new AsyncDisposableStack();
let docker: Docker;
let folder = '';
let open = '';
let closed = '';

beforeAll(async () => {
  docker = await testDocker();
  folder = resources.use(await temporaryFolder()).path;
  open = resources.use(await startRegistry(join(folder, 'open'), {login: false})).host;
  closed = resources.use(await startRegistry(join(folder, 'closed'), {login: true})).host;
});
afterAll(() => resources.disposeAsync());

const removedAfterwards = (reference: string) => ({
  [Symbol.asyncDispose]: async () => {
    await docker.getImage(reference).remove({force: true});
  },
});

const ensure = async (reference: string, {DOCKER_CONFIG = folder} = {}) => {
  const lines: string[] = [];
  const ensured = await ensureImage({docker, name: 'the test engine'}, reference, {
    signal: never,
    onLine: line => lines.push(line),
    environment: {DOCKER_CONFIG},
  });
  return {...ensured, lines};
};

describe('an image', () => {
  test('is pulled once, and known by its tag, its digest and its id from then on', async () => {
    const reference = `${open}/lab/engine:v1`;
    await pushRandomImage(docker, {folder: join(folder, 'engine'), reference, layers: 3});
    await using _ = removedAfterwards(reference);

    const pulled = await ensure(reference);
    expect(pulled.pullSeconds).toBeGreaterThan(0);
    expect(pulled.entrypoint).toEqual(['/layer-0', 'serve']);
    expect(pulled.lines[0]).toBe(`pulling ${reference}`);
    expect(pulled.lines.at(-1)).toMatch(/^pulled 127.* in \d+\.\d s$/);
    const {image} = pulled;
    expect(image).toEqual({
      image: reference,
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      imageId: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    });

    for (const name of [reference, `${reference}@${image.digest}`, `${open}/lab/engine@${image.digest}`, image.imageId])
      expect(await ensure(name)).toEqual({...pulled, image: {...image, image: name}, pullSeconds: 0, lines: []});
  });

  test('is pulled by its digest alone', async () => {
    const reference = `${open}/lab/pinned:v1`;
    await pushRandomImage(docker, {folder: join(folder, 'pinned'), reference, layers: 1});
    const {Descriptor} = await docker.getImage(reference).distribution();
    const pinned = `${reference}@${Descriptor.digest}`;
    const {image} = await ensure(pinned);
    await using _ = removedAfterwards(image.imageId);
    expect(image).toMatchObject({image: pinned, digest: Descriptor.digest});
  });

  test('that never was in a registry has no digest', async () => {
    const reference = `cutover-test-imported:${process.pid}`;
    const sent = await docker.importImage(join(folder, 'empty.tar'), {
      repo: 'cutover-test-imported',
      tag: String(process.pid),
    });
    for await (const _ of sent);
    await using _ = removedAfterwards(reference);
    expect(await ensure(reference)).toMatchObject({image: {digest: null}, pullSeconds: 0, entrypoint: []});
  });
  beforeAll(() => writeFile(join(folder, 'empty.tar'), Buffer.alloc(1024)));

  test('of a registry that wants a login is pulled with the one of docker login', async () => {
    const reference = `${closed}/lab/private:v1`;
    await pushRandomImage(docker, {folder: join(folder, 'private'), reference, layers: 1});
    await expect(ensure(reference)).rejects.toMatchObject({
      code: 'IMAGE_MISSING',
      message: expect.stringContaining('the registry wants a login that may read it'),
      hint: `docker login ${closed}`,
    });
    const {username, password} = registryUser;
    const auth = Buffer.from(`${username}:${password}`).toString('base64');
    const DOCKER_CONFIG = join(folder, 'private');
    await writeFile(join(DOCKER_CONFIG, 'config.json'), JSON.stringify({auths: {[closed]: {auth}}}));
    await using _ = removedAfterwards(reference);
    expect((await ensure(reference, {DOCKER_CONFIG})).pullSeconds).toBeGreaterThan(0);
  });
});

describe('an image that cannot be had', () => {
  test('because the registry has it not', async () => {
    await expect(ensure(`${open}/lab/nothing:v1`)).rejects.toMatchObject({
      code: 'IMAGE_MISSING',
      exitCode: 11,
      message: expect.stringMatching(/^Docker at the test engine cannot get 127.*lab\/nothing:v1: the registry has no/),
      hint: expect.stringContaining('docker/images.yaml'),
    });
  });

  test('because nobody answers for the registry', async () => {
    await expect(ensure(`127.0.0.1:${await freePort()}/lab/engine:v1`)).rejects.toMatchObject({
      message: expect.stringContaining('the Docker host cannot reach the registry'),
      hint: expect.stringContaining('docker save'),
    });
  });

  test('because it has an id that the engine does not know', async () => {
    await expect(ensure(`sha256:${'0'.repeat(64)}`)).rejects.toMatchObject({code: 'IMAGE_MISSING'});
  });

  test('because the user ended the pull, which has told how far it was; the engine stops it', async () => {
    const name = 'lab/slow:v1';
    await pushRandomImage(docker, {folder: join(folder, 'slow'), reference: `${open}/${name}`, layers: 3});
    await using proxy = await slowProxy(Number(open.split(':')[1]));
    const interrupt = new AbortController();
    const lines: string[] = [];
    const pulling = ensureImage({docker, name: 'the test engine'}, `${proxy.host}/${name}`, {
      signal: interrupt.signal,
      onLine: line => {
        lines.push(line);
        if (line.includes('layers')) interrupt.abort();
      },
      environment: {DOCKER_CONFIG: folder},
    });
    await expect(pulling).rejects.toMatchObject({code: 'INTERRUPTED'});
    expect(lines.at(-1)).toMatch(/^pulling 127.*lab\/slow:v1: 0 of 3 layers, \d\.\d of (more than )?\d\.\d MB$/);
    await Promise.all([...proxy.connections].map(socket => socket.closed || once(socket, 'close')));
    expect(await docker.listImages({filters: {reference: [`${proxy.host}/lab/slow`]}})).toEqual([]);
  });
});
