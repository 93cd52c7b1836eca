import {randomBytes} from 'node:crypto';
import {afterEach, expect, test} from 'vitest';
import {testDocker} from '../test-docker.ts';
import {ensureCacheVolume, removeVolume} from './cache-volumes.ts';

const docker = await testDocker();
const own = `cutover-test-${randomBytes(5).toString('hex')}`;
const mine = `my-${own}`;
afterEach(async () => {
  for (const name of [own, mine]) await removeVolume(docker, name);
});

test('a volume is made once, and is a cache to clean only under a name of cutover', async () => {
  for (const name of [own, mine]) {
    expect(await ensureCacheVolume(docker, name, 'compiled')).toBe('empty');
    expect(await ensureCacheVolume(docker, name, 'compiled')).toBe('used');
  }
  expect((await docker.getVolume(own).inspect()).Labels).toEqual({'cutover.cache': 'compiled'});
  expect((await docker.getVolume(mine).inspect()).Labels ?? {}).toEqual({});
});
