import {expect, test} from 'vitest';
import {containerSettings} from '../../../schema/stack.ts';
import {bindMounts} from './bind-mounts.ts';

test('settings without folders mount none', () => {
  expect(bindMounts({})).toEqual([]);
});

test.each(['models:/models', './models:/models', '~/models:/models:ro', '/models:models', '/models', '/a:/b:z'])(
  '%s is refused where the settings are read: nobody would expand or make it',
  bind => {
    expect(containerSettings.safeParse({binds: [bind]}).success).toBe(false);
  },
);

test.each([
  ['/a:/b', {Type: 'bind', Source: '/a', Target: '/b', ReadOnly: false}],
  ['/a:/b:rw', {Type: 'bind', Source: '/a', Target: '/b', ReadOnly: false}],
  ['/a:/b:ro', {Type: 'bind', Source: '/a', Target: '/b', ReadOnly: true}],
])('%s is a mount', (bind, mount) => {
  expect(bindMounts({binds: containerSettings.parse({binds: [bind]}).binds})).toEqual([mount]);
});
