import {mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {setLogAside} from './set-log-aside.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cutover-aside-'));
});
afterEach(() => rm(folder, {recursive: true}));

const start = async (role: 'chat' | 'embed', text: string) => {
  await setLogAside(folder, role);
  await writeFile(join(folder, `${role}.log`), text);
};

test('every start has its log, the latest under the name of the role', async () => {
  await start('chat', 'one');
  await start('embed', 'other');
  for (const text of ['two', 'three']) await start('chat', text);
  const names = (await readdir(folder)).sort();
  expect(names).toEqual(['chat.1.log', 'chat.2.log', 'chat.log', 'embed.log']);
  const texts = await Promise.all(names.map(name => readFile(join(folder, name), 'utf8')));
  expect(texts).toEqual(['one', 'two', 'three', 'other']);
});

test('a number is not used again, and no log is no reason to stop', async () => {
  await writeFile(join(folder, 'chat.10.log'), 'ten');
  await writeFile(join(folder, 'chat.extra.log'), 'no number');
  await start('chat', 'latest');
  await setLogAside(folder, 'chat');
  expect((await readdir(folder)).sort()).toEqual(['chat.10.log', 'chat.11.log', 'chat.extra.log']);
});
