import {PassThrough} from 'node:stream';
import {expect, test} from 'vitest';
import {drain} from './drain.ts';

const forever = 2 ** 30;

test('a body is read to its end', async () => {
  const body = new PassThrough({highWaterMark: 4});
  const drained = drain(body, {bytes: forever, ms: forever});
  body.end('much more than four bytes');
  await drained;
  expect(body.readableEnded).toBe(true);
  await drain(body, {bytes: forever, ms: forever}); // there is nothing left to wait for
});

test('a body without an end is read as far as the bytes or the time allow', async () => {
  const endless = new PassThrough();
  const drained = drain(endless, {bytes: 3, ms: forever});
  endless.write('four');
  await drained;
  await drain(endless, {bytes: forever, ms: 1});
  expect(endless.readableEnded).toBe(false);
});
