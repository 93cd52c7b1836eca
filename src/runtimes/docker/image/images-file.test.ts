import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {engines} from '../../../engines/index.ts';
import {temporaryFolder} from '../../../records/test-folder.ts';
import {imageFor, imagesFile, readImages, writeDigests} from './images-file.ts';

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const file = () => join(folder.path, 'images.yaml');

beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder[Symbol.asyncDispose]());

test('every engine that cutover starts has an image of its own, but the one that is built here', async () => {
  const startable = Object.values(engines).filter(({name, launch}) => launch !== null && name !== 'bentoml');
  expect(Object.keys(await readImages(imagesFile)).sort()).toEqual(startable.map(({name}) => name).sort());
});

test('an image goes by its tag until its digest is known, and what the settings name wins', async () => {
  await writeFile(
    file(),
    `a: {image: lab/a, tag: v1, digest: null}\nb: {image: lab/b, tag: v2, digest: "${digest}"}\n`,
  );
  expect(await imageFor('a', {}, file())).toBe('lab/a:v1');
  expect(await imageFor('b', {}, file())).toBe(`lab/b:v2@${digest}`);
  expect(await imageFor('b', {image: 'mine'}, file())).toBe('mine');
  await expect(imageFor('c', {}, file())).rejects.toMatchObject({
    code: 'BAD_STACK',
    message: `${file()} names no image for c`,
  });
});

test('digests are written, and everything else stays as it is', async () => {
  const text = (one: string) =>
    `# Why.\na:\n  image: lab/a\n  tag: v1 # the newest\n  digest: ${one}\n\n# More.\nb:\n  image: lab/b\n  tag: v2\n  digest: null\n`;
  await writeFile(file(), text('null'));
  await writeDigests(file(), {a: digest});
  expect(await readFile(file(), 'utf8')).toBe(text(digest));
});

test('the mistakes of the file are listed with their places', async () => {
  await writeFile(file(), 'a: {image: lab/a, tag: v1, digest: sha256:12}\nb: {image: lab/b, digest: null}\n');
  await expect(readImages(file())).rejects.toMatchObject({
    code: 'BAD_STACK',
    message: expect.stringMatching(/a\.digest: must be sha256: and 64 hex digits, or null\n {2}b\.tag: /),
  });
});
