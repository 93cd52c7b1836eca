import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterAll, beforeAll, beforeEach, expect, test} from 'vitest';
import {temporaryFolder} from '../records/test-folder.ts';
import {imageFor} from '../runtimes/docker/image/images-file.ts';
import {pushRandomImage, startRegistry} from '../runtimes/docker/image/test-registry.ts';
import {testDocker} from '../runtimes/docker/test-docker.ts';
import {freePort} from '../runtimes/free-port.ts';
import {pin} from './pin.ts';

const never = new AbortController().signal;
const resources = new AsyncDisposableStack();
let folder = '';
let registry = '';
let file = '';

const imagesYaml = (tag: string) =>
  `# What runs.\nlab:\n  image: ${registry}/lab/engine\n  tag: ${tag} # the newest\n  digest: null\n`;

beforeAll(async () => {
  folder = resources.use(await temporaryFolder()).path;
  registry = resources.use(await startRegistry(join(folder, 'registry'), {login: false})).host;
  file = join(folder, 'images.yaml');
  const reference = `${registry}/lab/engine:v1`;
  await pushRandomImage(await testDocker(), {folder: join(folder, 'image'), reference, layers: 1});
});
afterAll(() => resources.disposeAsync());

let printed: string[] = [];
beforeEach(() => {
  printed = [];
});

const run = async (signal = never) => {
  const terminal = {
    out: (text: string) => void printed.push(text),
    note: () => {},
    warn: () => {},
    progress: {show: () => {}, finish: () => {}},
  };
  await pin(terminal, signal, {environment: {HOME: folder}, file});
};

test('the digest that the registry knows is written beside the tag, and found there the next time', async () => {
  await writeFile(file, imagesYaml('v1'));
  await run();
  const [, digest] = /is (sha256:[0-9a-f]{64}) \(not pinned before\)\n$/.exec(printed[0] ?? '') ?? [];
  expect(await readFile(file, 'utf8')).toBe(imagesYaml('v1').replace('null', String(digest)));
  expect(await imageFor('lab', {}, file)).toBe(`${registry}/lab/engine:v1@${digest}`);
  await run();
  expect(printed[1]).toBe(`lab: ${registry}/lab/engine:v1 is ${digest} (as before)\n`);
});

test('a tag that the registry has not is an error, and the file stays as it was', async () => {
  await writeFile(file, imagesYaml('v9'));
  await expect(run()).rejects.toMatchObject({
    code: 'IMAGE_MISSING',
    message: expect.stringContaining('lab/engine:v9: the registry has no such image'),
  });
  expect(await readFile(file, 'utf8')).toBe(imagesYaml('v9'));
});

test('a registry that does not answer is an error that names the way out', async () => {
  await writeFile(file, imagesYaml('v1').replace(registry, `127.0.0.1:${await freePort()}`));
  await expect(run()).rejects.toMatchObject({
    code: 'IMAGE_MISSING',
    message: expect.stringContaining('the Docker host cannot reach the registry'),
  });
});

test('an interruption ends it', async () => {
  await writeFile(file, imagesYaml('v1'));
  const interrupt = new AbortController();
  interrupt.abort();
  await expect(run(interrupt.signal)).rejects.toMatchObject({code: 'INTERRUPTED'});
});
