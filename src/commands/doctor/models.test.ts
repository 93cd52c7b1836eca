import {chmod, mkdir, mkdtemp, rm, symlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {cachedModelBytes, folderBytes, folderState, freeBytes} from './models.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cutover-models-'));
});
afterEach(async () => {
  await rm(folder, {recursive: true, force: true});
});

describe('a model', () => {
  test('of the cache has the size of its blobs, without unfinished downloads', async () => {
    const model = join(folder, 'models--Qwen--Qwen2.5');
    await mkdir(join(model, 'blobs'), {recursive: true});
    await mkdir(join(model, 'snapshots', 'abc'), {recursive: true});
    await writeFile(join(model, 'blobs', 'one'), 'x'.repeat(700));
    await writeFile(join(model, 'blobs', 'two'), 'x'.repeat(50));
    await writeFile(join(model, 'blobs', 'three.incomplete'), 'x'.repeat(9000));
    await symlink('../../blobs/one', join(model, 'snapshots', 'abc', 'model.safetensors'));
    expect(await cachedModelBytes(folder, 'Qwen/Qwen2.5')).toBe(750);
    expect(await cachedModelBytes(folder, 'Qwen/Qwen3')).toBeNull();
  });

  test('in a folder has the size of its files, linked ones included', async () => {
    await mkdir(join(folder, 'qwen', 'deep'), {recursive: true});
    await writeFile(join(folder, 'weights'), 'x'.repeat(300));
    await symlink('../weights', join(folder, 'qwen', 'model.safetensors'));
    await symlink('../nowhere', join(folder, 'qwen', 'broken'));
    await writeFile(join(folder, 'qwen', 'deep', 'config.json'), 'x'.repeat(20));
    expect(await folderBytes(join(folder, 'qwen'))).toBe(320);
    expect(await folderBytes(join(folder, 'absent'))).toBeNull();
  });
});

test('a folder that is not there yet has the free space of the disk it will be on', async () => {
  expect(await freeBytes(join(folder, 'not', 'there'))).toBeGreaterThan(0);
});

test('a folder is absent, or writable', async () => {
  expect(await folderState(join(folder, 'absent'))).toBe('absent');
  expect(await folderState(folder)).toBe('writable');
});

test('a folder without write permission is read-only, but for root', async () => {
  await chmod(folder, 0o500);
  expect(await folderState(folder)).toBe(process.getuid?.() === 0 ? 'writable' : 'read-only');
});
