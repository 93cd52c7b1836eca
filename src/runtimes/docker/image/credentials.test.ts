import {chmod, writeFile} from 'node:fs/promises';
import {delimiter, join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {temporaryFolder} from '../../../records/test-folder.ts';
import {credentialsFor} from './credentials.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder[Symbol.asyncDispose]());

const ask = async (registry: string, config: object) => {
  await writeFile(join(folder.path, 'config.json'), JSON.stringify(config));
  return credentialsFor(registry, {
    DOCKER_CONFIG: folder.path,
    PATH: [folder.path, process.env.PATH].join(delimiter),
  });
};

const helper = async (name: string, script: string) => {
  const path = join(folder.path, `docker-credential-${name}`);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
};

const auth = (text: string) => Buffer.from(text).toString('base64');

test('a login of docker login is found by the registry, Docker Hub by its old name', async () => {
  const auths = {
    'https://index.docker.io/v1/': {auth: auth('me:a:b')},
    'https://registry.example:5000/v2/': {auth: auth('you:c')},
    'token.example': {auth: '', identitytoken: 't'},
  };
  expect(await ask('docker.io', {auths})).toEqual({
    username: 'me',
    password: 'a:b',
    serveraddress: 'https://index.docker.io/v1/',
  });
  expect(await ask('registry.example:5000', {auths})).toMatchObject({username: 'you', password: 'c'});
  expect(await ask('token.example', {auths})).toEqual({identitytoken: 't', serveraddress: 'token.example'});
  expect(await ask('elsewhere.example', {auths})).toBeNull();
});

test("a registry's own helper is asked before the one for all", async () => {
  await helper(
    'own',
    'read server; echo "{\\"ServerURL\\": \\"$server\\", \\"Username\\": \\"me\\", \\"Secret\\": \\"$server!\\"}"',
  );
  await helper('all', 'echo "{\\"Username\\": \\"<token>\\", \\"Secret\\": \\"t\\"}"');
  const config = {credsStore: 'all', credHelpers: {'a.example': 'own'}};
  expect(await ask('a.example', config)).toEqual({username: 'me', password: 'a.example!', serveraddress: 'a.example'});
  expect(await ask('b.example', config)).toEqual({identitytoken: 't', serveraddress: 'b.example'});
});

test('a helper that knows no login is no error', async () => {
  await helper('empty', 'echo "credentials not found in native keychain"; exit 1');
  expect(await ask('a.example', {credsStore: 'empty'})).toBeNull();
});

test('a helper that is missing or broken is an error, which repeats nothing that it wrote', async () => {
  await expect(ask('a.example', {credsStore: 'missing'})).rejects.toThrow(
    'docker-credential-missing, which keeps the logins of registries, is not installed for a.example',
  );
  await helper('broken', 'echo "{\\"Secret\\": \\"canary\\""; echo canary >&2; exit 3');
  const thrown: unknown = await ask('a.example', {credsStore: 'broken'}).catch(error => error);
  expect(thrown).toMatchObject({code: 'IMAGE_MISSING', message: expect.stringContaining('gave no login')});
  expect(JSON.stringify([thrown, String(thrown)])).not.toContain('canary');
});
