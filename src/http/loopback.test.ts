import {expect, test} from 'vitest';
import {isLoopback, leadsToItself} from './loopback.ts';

test.each(['localhost', 'LOCALHOST', '127.0.0.1', '127.1.2.3', '::1', '[::1]'])(
  'only this machine reaches what listens at %s',
  host => {
    expect(isLoopback(host)).toBe(true);
  },
);

test.each(['0.0.0.0', '::', '[::]', '10.0.0.1', '127.evil.example', 'a.localhost', 'localhost.example', ''])(
  'others may reach what listens at %s',
  host => {
    expect(isLoopback(host)).toBe(false);
  },
);

test.each([
  'http://localhost:8000',
  'http://a.localhost',
  'http://127.0.0.1:1/v1',
  'http://127.1',
  'http://0.0.0.0:1',
  'http://[::1]:1',
  'http://[::]:1',
])('%s leads each machine to itself', url => {
  expect(leadsToItself(url)).toBe(true);
});

test.each(['http://10.0.0.1', 'k8s://n/s:1', 'http://127.evil.example', 'http://localhost.example', 'no URL'])(
  '%s leads all machines to the same place',
  url => {
    expect(leadsToItself(url)).toBe(false);
  },
);
