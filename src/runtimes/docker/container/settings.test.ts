import {expect, test} from 'vitest';
import {mergeSettings} from './settings.ts';

test('a later layer wins field by field; binds and environment add up', () => {
  const plan = {image: 'engine:1', shmSizeGiB: 4, binds: ['/a:/a'], environment: {A: 'plan', B: 'plan'}};
  const server = {memoryGiB: 8, environment: {B: 'server'}};
  const host = {shmSizeGiB: 1, binds: ['/b:/b:ro'], gpus: 'none' as const};
  expect(mergeSettings(plan, server, host)).toEqual({
    image: 'engine:1',
    shmSizeGiB: 1,
    memoryGiB: 8,
    gpus: 'none',
    binds: ['/a:/a', '/b:/b:ro'],
    environment: {A: 'plan', B: 'server'},
  });
});

test('without layers there is nothing to bind and to set', () => {
  expect(mergeSettings()).toEqual({binds: [], environment: {}});
});
