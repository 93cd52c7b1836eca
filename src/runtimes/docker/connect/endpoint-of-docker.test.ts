import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {temporaryFolder} from '../../../records/test-folder.ts';
import {endpointOfDocker} from './endpoint-of-docker.ts';
import {writeContext} from './test-contexts.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const config = () => join(folder.path, '.docker');
const environment = (more: Record<string, string> = {}) => ({HOME: folder.path, ...more});

beforeEach(async () => {
  folder = await temporaryFolder();
  await mkdir(config());
});
afterEach(() => folder[Symbol.asyncDispose]());

const current = (name: string) => writeFile(join(config(), 'config.json'), JSON.stringify({currentContext: name}));

describe('the engine that is spoken to', () => {
  test('is the one of DOCKER_HOST before any context', async () => {
    await current('lab');
    expect(await endpointOfDocker(environment({DOCKER_HOST: 'tcp://gpu1', DOCKER_CONTEXT: 'lab'}))).toEqual({
      address: {kind: 'tcp', protocol: 'http', host: 'gpu1', port: 2375},
      tls: null,
      name: 'tcp://gpu1 (DOCKER_HOST)',
    });
  });

  test('is the one of DOCKER_CONTEXT before the current context', async () => {
    await current('lab');
    await writeContext(config(), {name: 'home', host: 'ssh://me@gpu2:2222'});
    const {name, address} = await endpointOfDocker(environment({DOCKER_CONTEXT: 'home'}));
    expect(name).toBe('ssh://me@gpu2:2222 (context home)');
    expect(address).toEqual({kind: 'ssh', destination: 'me@gpu2', port: 2222, socket: '/var/run/docker.sock'});
  });

  test('is the one of the current context, with its certificates', async () => {
    await current('lab');
    const tls = join(folder.path, 'certificates');
    await mkdir(tls);
    await writeFile(join(tls, 'ca.pem'), 'an authority');
    await writeContext(config(), {name: 'lab', host: 'tcp://gpu3:2376', tls});
    const endpoint = await endpointOfDocker(environment());
    expect(endpoint.address).toEqual({kind: 'tcp', protocol: 'https', host: 'gpu3', port: 2376});
    expect(endpoint.tls).toEqual({ca: Buffer.from('an authority'), cert: null, key: null, verify: true});
  });

  test('is looked for in the folder of DOCKER_CONFIG', async () => {
    const elsewhere = join(folder.path, 'elsewhere');
    await writeContext(elsewhere, {name: 'lab', host: 'unix:///run/lab.sock'});
    await writeFile(join(elsewhere, 'config.json'), '{"currentContext": "lab"}');
    expect((await endpointOfDocker(environment({DOCKER_CONFIG: elsewhere}))).address).toEqual({
      kind: 'socket',
      path: '/run/lab.sock',
    });
  });

  test('is the default one when the context is called default', async () => {
    await current('lab');
    expect((await endpointOfDocker(environment({DOCKER_CONTEXT: 'default'}))).name).toBe(
      'unix:///var/run/docker.sock (the default)',
    );
  });
});

describe('an engine that cannot be named', () => {
  test('is told of where its certificates cannot be read', async () => {
    await writeFile(join(folder.path, 'file'), '');
    const tls = {DOCKER_HOST: 'tcp://gpu1', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: join(folder.path, 'file')};
    await expect(endpointOfDocker(environment(tls))).rejects.toMatchObject({
      code: 'DOCKER_UNREACHABLE',
      // All three are read at once, and the first to fail is told.
      message: expect.stringMatching(/file\/(ca|cert|key)\.pem cannot be read: ENOTDIR/),
    });
  });

  test.each([
    ['npipe:////./pipe/docker_engine', 'cutover cannot speak npipe://'],
    ['tcp://[not-an-address', 'it is not an address'],
    ['tcp://me@gpu1', 'it has a user name in it, which only ssh:// takes'],
    ['tcp://gpu1:2376/engine', 'it has a path, /engine, and cutover speaks to an engine at / only'],
  ])('%s is refused', async (address, reason) => {
    await expect(endpointOfDocker(environment({DOCKER_HOST: address}))).rejects.toMatchObject({
      code: 'DOCKER_UNREACHABLE',
      message: `${address} (DOCKER_HOST) cannot be used: ${reason}`,
    });
  });

  test.each([
    'ssh://me:canary@gpu1',
    'tcp://me:can@ary@gpu1',
    'ssh://:canary@',
    'me:canary@gpu1:2375',
    'tcp://me:can/ary@gpu1',
  ])('a password in %s is refused and not repeated', async address => {
    const thrown: unknown = await endpointOfDocker(environment({DOCKER_HOST: address})).catch(error => error);
    expect(thrown).toMatchObject({code: 'DOCKER_UNREACHABLE'});
    expect(JSON.stringify([thrown, String(thrown)])).not.toMatch(/canary|ary@/);
  });

  test('a context that does not exist is named with what named it', async () => {
    await expect(endpointOfDocker(environment({DOCKER_CONTEXT: 'lab'}))).rejects.toThrow(
      'There is no Docker context lab, which DOCKER_CONTEXT names',
    );
    await current('lab');
    await expect(endpointOfDocker(environment())).rejects.toThrow(`which ${config()}/config.json names`);
  });

  test('settings that are not JSON are an error that quotes nothing of them', async () => {
    await writeFile(join(config(), 'config.json'), '{"auths": {"r": {"auth": "canary"}},');
    const thrown: unknown = await endpointOfDocker(environment()).catch(error => error);
    expect(thrown).toMatchObject({code: 'DOCKER_UNREACHABLE'});
    expect(String(thrown)).toMatch(/config\.json cannot be read: it is not JSON$/);
  });

  test('DOCKER_TLS_VERIFY without an authority is an error that names the folder', async () => {
    await expect(
      endpointOfDocker(environment({DOCKER_HOST: 'tcp://gpu1', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/nowhere'})),
    ).rejects.toThrow('there is no ca.pem in /nowhere');
  });
});
