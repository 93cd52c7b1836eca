import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {temporaryFolder} from '../../../records/test-folder.ts';
import {defaultSockets, firstUsable} from './socket.ts';

test("the system's socket comes before a rootless engine's and Docker Desktop's", () => {
  expect(defaultSockets({HOME: '/home/me', XDG_RUNTIME_DIR: '/run/user/1000'})).toEqual([
    '/var/run/docker.sock',
    '/run/user/1000/docker.sock',
    '/home/me/.docker/run/docker.sock',
  ]);
  expect(defaultSockets({HOME: '/home/me'})).toHaveLength(2);
});

test('the first that is there is used, and where none is, the error is about the first', async () => {
  await using folder = await temporaryFolder();
  const [a, b, c] = [join(folder.path, 'a'), join(folder.path, 'b'), join(folder.path, 'c')];
  expect(await firstUsable([a, b, c])).toBe(a);
  await writeFile(c, '');
  expect(await firstUsable([a, b, c])).toBe(c);
  await writeFile(b, '');
  expect(await firstUsable([a, b, c])).toBe(b);
});
