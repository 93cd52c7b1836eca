import {expect, test} from 'vitest';
import {assertPortsDiffer, mergeSettings} from './settings.ts';

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

test('a port of the Docker host is that of one server', () => {
  const chat = {name: 'chat', settings: {hostPort: 18_000}} as const;
  const embed = {name: 'embed', settings: {hostPort: 18_000}} as const;
  expect(() => assertPortsDiffer([chat, {name: 'rerank', settings: {}}])).not.toThrow();
  expect(() =>
    assertPortsDiffer([chat, {name: 'embed', settings: {hostPort: 18_000, publish: '10.0.0.7'}}]),
  ).not.toThrow();
  expect(() => assertPortsDiffer([chat, embed])).toThrow(
    expect.objectContaining({
      code: 'BAD_STACK',
      message: 'hostPort 18000 would be the port of 2 servers: chat, embed',
      hint: expect.stringContaining('set it for each server in the plan'),
    }),
  );
});
