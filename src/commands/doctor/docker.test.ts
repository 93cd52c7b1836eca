import {expect, test} from 'vitest';
import {orFinding} from './docker.ts';
import {note} from './findings.ts';

test('what Docker refuses, and a connection that breaks off, is missing with its reason', async () => {
  const refused = Object.assign(new Error('(HTTP code 500) server error - no space left on device '), {
    statusCode: 500,
  });
  const brokenOff = Object.assign(new Error('socket hang up'), {code: 'ECONNRESET'});
  for (const [thrown, reason] of [
    [refused, 'no space left on device'],
    [brokenOff, 'socket hang up'],
  ] as const)
    expect(await orFinding('image', Promise.reject(thrown))).toMatchObject([
      {what: 'image', state: 'missing', stops: ['docker'], says: `Docker cannot be asked: ${reason}`},
    ]);
});

test('a mistake of our own stays one, and findings stay what they are', async () => {
  const bug = new TypeError('undefined is not a function');
  await expect(orFinding('image', Promise.reject(bug))).rejects.toBe(bug);
  expect(await orFinding('image', Promise.resolve([note('image', 'absent')]))).toEqual([note('image', 'absent')]);
});
