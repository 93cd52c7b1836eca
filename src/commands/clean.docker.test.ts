import {once} from 'node:events';
import {createServer} from 'node:http';
import {join} from 'node:path';
import {afterAll, afterEach, beforeAll, beforeEach, expect, test, vi} from 'vitest';
import {temporaryFolder} from '../records/test-folder.ts';
import {cacheLabel, labelsOf} from '../runtimes/docker/ownership/labels.ts';
import {thisOwner} from '../runtimes/docker/ownership/owner.ts';
import {importEmptyImage, type OwnDocker, ownDocker} from '../runtimes/docker/test-own-docker.ts';
import type {Terminal} from '../terminal.ts';
import {clean} from './clean.ts';

// An engine of its own: on one that other tests use, --all would take their containers.
let engine: OwnDocker;
let image = '';
beforeAll(async () => {
  engine = await ownDocker();
  image = await importEmptyImage(engine.docker);
}, 60_000);
afterAll(() => engine[Symbol.asyncDispose]());
beforeEach(async () => {
  vi.stubEnv('DOCKER_HOST', engine.environment.DOCKER_HOST);
  await engine.empty();
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const owners = {
  gone: thisOwner().replace(/[^/]*$/, '17'),
  alive: thisOwner(),
  elsewhere: `another-host/${thisOwner().split('/').slice(1).join('/')}`,
};

/** A container that was never started, of a run that is called like its owner's state. */
const container = (owner: keyof typeof owners, Binds: string[] = []) =>
  engine.docker.createContainer({
    name: `cutover-${owner}-chat`,
    Image: image,
    Cmd: ['x'],
    Labels: labelsOf({runId: `run-${owner}`, role: 'chat', folder: '/nowhere', owner: owners[owner]}),
    HostConfig: {Binds},
  });

const said = async (words: {all?: boolean; caches?: boolean; dryRun?: boolean} = {}) => {
  let out = '';
  const notes: string[] = [];
  const note = (line: string) => notes.push(line);
  const terminal: Terminal = {
    out: text => {
      out += text;
    },
    note,
    warn: note,
    progress: {show() {}, finish() {}},
  };
  await clean({all: false, caches: false, dryRun: false, ...words}, terminal, new AbortController().signal);
  return {out, notes};
};
const left = async () => (await engine.docker.listContainers({all: true})).map(({Names}) => Names[0]).toSorted();

test('says so when there is nothing', async () => {
  await engine.docker.createContainer({name: 'cutover-chat', Image: image, Cmd: ['x']}); // not ours, whatever its name
  expect(await said()).toEqual({out: expect.stringMatching(/^Nothing of cutover is on unix:.*\n$/), notes: []});
  expect(await left()).toEqual(['/cutover-chat']);
});

test('shows all of it, and removes what has no owner any more', async () => {
  for (const owner of ['gone', 'alive', 'elsewhere'] as const) await container(owner);
  const {out, notes} = await said();
  expect(out.split('\n').slice(1)).toEqual([
    expect.stringMatching(/^ {2}run +role +what +state +age +owner *$/),
    expect.stringMatching(
      /^ {2}run-alive +chat +container cutover-alive-chat +created +\d+ s +process \d+ of \S+ runs +kept: its run is alive$/,
    ),
    expect.stringMatching(
      /^ {2}run-elsewhere +chat +.* process \d+ of another-host is not of this machine +kept: its run may be alive$/,
    ),
    expect.stringMatching(/^ {2}run-gone +chat +.* process \d+ of \S+ is gone +will be removed$/),
    '',
  ]);
  expect(notes).toEqual([
    'What an owner may still use is left alone. --all removes it too.',
    'removed container cutover-gone-chat of run run-gone',
  ]);
  expect(await left()).toEqual(['/cutover-alive-chat', '/cutover-elsewhere-chat']);
});

test('--dry-run removes nothing, with --all either', async () => {
  for (const owner of ['gone', 'alive'] as const) await container(owner);
  const {out} = await said({dryRun: true});
  expect(out).toMatch(/cutover-gone-chat .* would be removed$/m);
  expect(out).toMatch(/cutover-alive-chat .* kept: its run is alive$/m);
  const all = await said({all: true, dryRun: true});
  expect(all.out.match(/would be removed$/gm)).toHaveLength(2);
  expect(all.notes).toEqual(['--dry-run: nothing was removed.']);
  expect(await left()).toHaveLength(2);
});

test('--all removes also what others own', async () => {
  for (const owner of ['gone', 'alive', 'elsewhere'] as const) await container(owner);
  expect((await said({all: true})).notes).toHaveLength(3);
  expect(await left()).toEqual([]);
});

test('caches are shown with their size and kept, until --caches', async () => {
  await engine.docker.createVolume({Name: 'cutover-models', Labels: {[cacheLabel]: 'models'}});
  const kept = await said();
  expect(kept.out).toMatch(/^On unix:.*\n {2}cache volume cutover-models +0\.00 GiB +kept: --caches removes it\n$/);
  expect(kept.notes).toEqual([]);
  expect((await said({caches: true, dryRun: true})).out).toMatch(/would be removed\n$/);
  const gone = await said({caches: true});
  expect([gone.out, gone.notes]).toEqual([
    expect.stringMatching(/will be removed\n$/),
    ['removed cache volume cutover-models'],
  ]);
  expect((await said()).out).toMatch(/^Nothing of cutover/);
});

test('--caches leaves alone what a run uses, and says so', async () => {
  for (const Name of ['models', 'compiled', 'other'])
    await engine.docker.createVolume({Name, Labels: {[cacheLabel]: 'models'}});
  await container('alive', ['models:/models']);
  await container('gone', ['models:/models', 'compiled:/compiled']);
  const look = await said({caches: true, dryRun: true});
  expect(look.out.split('\n').slice(-4)).toEqual([
    expect.stringMatching(/^ {2}cache volume compiled .* would be removed$/), // its run goes before it
    expect.stringMatching(/^ {2}cache volume models .* kept: in use by run run-alive$/),
    expect.stringMatching(/^ {2}cache volume other .* would be removed$/),
    '',
  ]);
  expect((await said({caches: true})).notes.slice(1)).toEqual([
    'removed container cutover-gone-chat of run run-gone',
    'removed cache volume compiled',
    'cache volume models is in use by run run-alive: left alone',
    'removed cache volume other',
  ]);
  expect((await engine.docker.listVolumes()).Volumes.map(({Name}) => Name)).toEqual(['models']);
});

test('what could not be removed is the error', async () => {
  await engine.docker.createVolume({Name: 'cutover-models', Labels: {[cacheLabel]: 'models'}});
  await engine.docker.createContainer({Image: image, Cmd: ['x'], HostConfig: {Binds: ['cutover-models:/cache']}});
  await expect(said({caches: true})).rejects.toMatchObject({
    code: 'LEFT_BEHIND',
    message: expect.stringMatching(/^not everything could be removed\n {2}cache volume cutover-models stays: .*in use/),
  });
});

test('a Docker engine that does not answer is an error', async () => {
  await using place = await temporaryFolder();
  vi.stubEnv('DOCKER_HOST', `unix://${join(place.path, 'docker.sock')}`);
  await expect(said()).rejects.toMatchObject({code: 'DOCKER_UNREACHABLE'});
});

test('a Docker engine that refuses is an error, and an answer that cutover cannot read is a bug', async () => {
  await using place = await temporaryFolder();
  const socket = join(place.path, 'docker.sock');
  let status = 500;
  const server = createServer(({url}, answer) => {
    const isVersion = url?.includes('/version'); // it is connected to before it is asked what it has
    answer.writeHead(isVersion ? 200 : status, {'Content-Type': 'application/json'});
    answer.end(isVersion ? '{"ApiVersion": "1.41"}' : '{"message": "no"}');
  }).listen(socket);
  await once(server, 'listening');
  vi.stubEnv('DOCKER_HOST', `unix://${socket}`);
  try {
    await expect(said()).rejects.toMatchObject({
      code: 'DOCKER_UNREACHABLE',
      message: expect.stringContaining('does not tell what it has'),
    });
    status = 200;
    await expect(said()).rejects.toThrow(TypeError);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test.each([
  ['--dry-run', 'npm_config_dry_run'],
  ['--all', 'npm_config_all'],
  ['--caches', 'npm_config_caches'],
])('%s without -- before it, which npm keeps for itself, is refused before anything is removed', async (flag, name) => {
  await container('gone');
  vi.stubEnv(name, 'true');
  await expect(said()).rejects.toMatchObject({
    code: 'BAD_OPTIONS',
    message: `npm kept ${flag} for itself`,
    hint: `Write: npm run clean -- ${flag}`,
  });
  expect(await left()).toEqual(['/cutover-gone-chat']);
});
