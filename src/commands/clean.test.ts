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
const container = (owner: keyof typeof owners) =>
  engine.docker.createContainer({
    name: `cutover-${owner}-chat`,
    Image: image,
    Cmd: ['x'],
    Labels: labelsOf({runId: `run-${owner}`, role: 'chat', folder: '/nowhere', owner: owners[owner]}),
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
    expect.stringMatching(/^ {2}run +role +what +state +age +owner$/),
    expect.stringMatching(
      /^ {2}run-alive +chat +container cutover-alive-chat +created +\d+ s +process \d+ of \S+ runs$/,
    ),
    expect.stringMatching(/^ {2}run-elsewhere +chat +.* process \d+ of another-host is not of this machine$/),
    expect.stringMatching(/^ {2}run-gone +chat +.* process \d+ of \S+ is gone$/),
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
  expect((await said({all: true, dryRun: true})).notes).toEqual(['--dry-run: nothing was removed.']);
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
  expect(kept.out).toMatch(/^On unix:.*\n {2}cache volume cutover-models +0\.00 GiB\n$/);
  expect(kept.notes).toEqual(['Caches are kept: they make the next start a warm one. --caches removes them.']);
  expect((await said({caches: true})).notes).toEqual(['removed cache volume cutover-models']);
  expect((await said()).out).toMatch(/^Nothing of cutover/);
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
