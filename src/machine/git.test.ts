import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {execa} from 'execa';
import {afterEach, beforeEach, expect, test, vi} from 'vitest';
import {gitState} from './git.ts';

let root = '';
const git = (...words: readonly string[]) =>
  execa('git', ['-C', root, '-c', 'user.name=t', '-c', 'user.email=t@example.org', ...words]);

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'cutover-git-'));
  await git('init', '--quiet');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(root, {recursive: true});
});

test('a clean repository is its commit, and one more file makes it dirty', async () => {
  await git('commit', '--quiet', '--allow-empty', '-m', 'one');
  const {stdout: commit} = await git('rev-parse', 'HEAD');
  expect(await gitState(`${root}/`)).toEqual({commit, dirty: false});
  await writeFile(join(root, 'new.txt'), '');
  expect(await gitState(root)).toEqual({commit, dirty: true});
});

test('nothing is known before the first commit', async () => {
  expect(await gitState(root)).toEqual({commit: null, dirty: null});
});

test('the repository around a folder is not taken for its own', async () => {
  await git('commit', '--quiet', '--allow-empty', '-m', 'one');
  await mkdir(join(root, 'inside'));
  expect(await gitState(join(root, 'inside'))).toEqual({commit: null, dirty: null});
});

test('nothing is known without git', async () => {
  vi.stubEnv('PATH', '/nonexistent');
  expect(await gitState(root)).toEqual({commit: null, dirty: null});
});
