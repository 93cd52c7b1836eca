import {mkdir, readdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterAll, beforeAll, beforeEach, describe, expect, test} from 'vitest';
import {temporaryFolder} from '../../../records/test-folder.ts';
import {copyFakeEngine} from '../test-docker.ts';
import {type OwnDocker, ownDocker} from '../test-own-docker.ts';
import {findCaches, removeCaches} from './caches.ts';
import {gpuLockName, lockGpu} from './gpu-lock.ts';
import {cacheLabel, labelsOf} from './labels.ts';
import {findLeftovers, removeLeftovers} from './leftovers.ts';
import {thisOwner} from './owner.ts';

// Everything here counts what is on the engine: one that other tests use has their containers too.
let engine: OwnDocker;
let image = '';
beforeAll(async () => {
  engine = await ownDocker();
  image = await copyFakeEngine(engine.docker);
}, 60_000);
afterAll(() => engine[Symbol.asyncDispose]());
beforeEach(() => engine.empty());

const goneOwner = thisOwner().replace(/[^/]*$/, '17');
const labels = (role: string, {runId = 'run-1', folder = '/nowhere', owner = goneOwner} = {}) =>
  labelsOf({runId, role, folder, owner});

/** A container that runs this JavaScript and then stays. */
const running = async (name: string, ownLabels: Record<string, string>, program = '', environment: string[] = []) => {
  const container = await engine.docker.createContainer({
    name,
    Image: image,
    Entrypoint: ['node', '--eval', `${program}; setInterval(() => {}, 1e6)`],
    Env: environment,
    Labels: ownLabels,
    HostConfig: {NetworkMode: 'none'},
  });
  await container.start();
  return container;
};
const saidAll = async (name: string, last: string) => {
  const log = await engine.docker.getContainer(name).logs({follow: true, stdout: true, stderr: true});
  for await (const chunk of log) if (chunk.toString().includes(last)) return;
};
const options = {signal: new AbortController().signal, onLine: () => {}};
const names = async () => (await engine.docker.listContainers({all: true})).map(({Names}) => Names[0]).toSorted();

describe('what runs left on a Docker engine', () => {
  test('is found by label and told by run, with the state of its owner', async () => {
    const {docker} = engine;
    await running('c-chat', labels('chat'));
    await docker.createNetwork({Name: 'n-1', Labels: labels('network')});
    await docker.createVolume({Name: 'v-1', Labels: labels('scratch')});
    await using _ = await lockGpu(engine, {image, labels: labels('gpu-lock', {runId: 'run-2', owner: thisOwner()})});
    await running('cutover-chat', {}); // ours by its name only
    expect(await findLeftovers(engine)).toMatchObject([
      {
        runId: 'run-1',
        ownerState: 'gone',
        things: [
          {kind: 'container', name: 'c-chat', role: 'chat', state: 'running', createdMs: expect.any(Number)},
          {kind: 'network', name: 'n-1', createdMs: expect.any(Number)},
          {kind: 'volume', name: 'v-1', createdMs: expect.any(Number)},
        ],
      },
      {runId: 'run-2', ownerState: 'alive', things: [{name: gpuLockName, state: 'created'}]},
    ]);
  });

  test('is removed, network and volume in use by its containers included, and nothing else is', async () => {
    const {docker} = engine;
    await docker.createNetwork({Name: 'n-1', Labels: labels('network')});
    await docker.createVolume({Name: 'v-1', Labels: labels('scratch')});
    const user = await docker.createContainer({
      name: 'c-1',
      Image: image,
      Entrypoint: ['node', '--eval', 'setInterval(() => {}, 1e6)'],
      Labels: labels('embed'),
      HostConfig: {NetworkMode: 'n-1', Binds: ['v-1:/data']},
    });
    await user.start();
    await lockGpu(engine, {image, labels: labels('gpu-lock')});
    await running('cutover-chat', {});
    const [run] = await findLeftovers(engine);
    expect(run?.things.map(({name}) => name)).toEqual(['c-1', gpuLockName, 'n-1', 'v-1']);

    const said: string[] = [];
    const onLine = (line: string) => said.push(line);
    expect(await removeLeftovers(engine, run === undefined ? [] : [run], {...options, onLine})).toEqual([]);
    expect(said).toHaveLength(4);
    expect(said[0]).toBe('removed container c-1 of run run-1');
    expect(await findLeftovers(engine)).toEqual([]);
    expect(await names()).toEqual(['/cutover-chat']);
  });

  test('leaves the whole log in the folder of its run, without the secrets that it was given', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'chat.log'), 'first\n'); // as far as the harness had come
    const program = `console.log('first'); console.error('token ' + process.env.HF_TOKEN); console.log('last')`;
    await running('c-chat', labels('chat', {folder: folder.path}), program, ['HF_TOKEN=hf_canary0123456789']);
    await running('c-other', labels('nvidia-smi', {folder: folder.path}), `console.log('readings')`);
    await saidAll('c-chat', 'last');
    const said: string[] = [];
    const onLine = (line: string) => said.push(line);
    expect(await removeLeftovers(engine, await findLeftovers(engine), {...options, onLine})).toEqual([]);
    expect(said.toSorted()).toEqual([
      `removed container c-chat of run run-1; its log is in ${join(folder.path, 'chat.log')}`,
      'removed container c-other of run run-1',
    ]);
    expect(await names()).toEqual([]);
    expect(await readdir(folder.path)).toEqual(['chat.log']);
    const lines = (await readFile(join(folder.path, 'chat.log'), 'utf8')).split('\n');
    expect(lines.toSorted()).toEqual(['', 'first', 'last', 'token ***']); // two streams have no order between them
  });

  test('of another machine is not logged into a folder that happens to have the same name here', async () => {
    await using folder = await temporaryFolder();
    const owner = `another-host/${thisOwner()}`;
    await running('c-chat', labels('chat', {folder: folder.path, owner}), `console.log('last')`);
    await saidAll('c-chat', 'last');
    expect(await removeLeftovers(engine, await findLeftovers(engine), options)).toEqual([]);
    expect(await readdir(folder.path)).toEqual([]);
  });

  test('that cannot be removed is stopped, named with the reason, and keeps nothing else', async () => {
    await using folder = await temporaryFolder();
    await mkdir(join(folder.path, 'chat.log', 'in the way'), {recursive: true});
    await running('c-chat', labels('chat', {folder: folder.path}), `console.log('last')`);
    await running('c-embed', labels('embed', {folder: folder.path}));
    await saidAll('c-chat', 'last');
    expect(await removeLeftovers(engine, await findLeftovers(engine), options)).toEqual([
      expect.stringMatching(
        /^container c-chat of run run-1 stays: it was stopped and still has its log, .*(EISDIR|ENOTEMPTY|EEXIST)/,
      ),
    ]);
    expect(await readdir(folder.path)).toEqual(['chat.log', 'embed.log']); // and no half of a new one
    expect(await names()).toEqual(['/c-chat']);
    expect((await engine.docker.getContainer('c-chat').inspect()).State.Running).toBe(false);
  });

  test('may vanish while it is removed, by two at once too', async () => {
    for (const name of ['c-1', 'c-2', 'c-3']) await running(name, labels('chat'));
    await engine.docker.createNetwork({Name: 'n-1', Labels: labels('network')});
    await engine.docker.createVolume({Name: 'v-1', Labels: labels('scratch')});
    const found = await findLeftovers(engine);
    const both = [removeLeftovers(engine, found, options), removeLeftovers(engine, found, options)];
    expect(await Promise.all(both)).toEqual([[], []]);
    expect(await removeLeftovers(engine, found, options)).toEqual([]);
    expect(await findLeftovers(engine)).toEqual([]);
  });

  test('stays as it is from the moment of a Ctrl-C', async () => {
    await running('c-1', labels('chat'));
    const stopped = {...options, signal: AbortSignal.abort()};
    await expect(removeLeftovers(engine, await findLeftovers(engine), stopped)).rejects.toMatchObject({
      code: 'INTERRUPTED',
    });
    expect(await names()).toEqual(['/c-1']);
  });
});

test('caches are found apart, with their size, and go when they are not in use', async () => {
  const {docker} = engine;
  for (const Name of ['models', 'kernels']) await docker.createVolume({Name, Labels: {[cacheLabel]: 'x'}});
  const writer = await docker.createContainer({
    Image: image,
    Entrypoint: [
      'node',
      '--eval',
      `require('fs').writeFileSync('/cache/file', Buffer.alloc(3e6)); setInterval(() => {}, 1e6)`,
    ],
    HostConfig: {NetworkMode: 'none', Binds: ['models:/cache']},
  });
  await writer.start();
  await expect.poll(() => findCaches(engine)).toContainEqual(expect.objectContaining({name: 'models', sizeBytes: 3e6}));
  const caches = await findCaches(engine);
  expect(caches).toMatchObject([
    {name: 'kernels', sizeBytes: 0, users: []},
    {name: 'models', users: [{container: expect.any(String), runId: null}]},
  ]);
  expect(await findLeftovers(engine)).toEqual([]);
  expect(await removeCaches(engine, caches, options)).toEqual([
    expect.stringMatching(/^cache volume models stays: .*in use/),
  ]);
  await writer.remove({force: true});
  expect(await removeCaches(engine, await findCaches(engine), options)).toEqual([]);
  expect(await findCaches(engine)).toEqual([]);
});
