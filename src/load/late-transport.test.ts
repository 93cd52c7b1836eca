import {expect, test} from 'vitest';
import {lateTransport} from './late-transport.ts';
import {counting, send} from './test-transport.ts';
import type {Transport} from './transport.ts';

test('where the transport cannot be made, each request fails with the reason', async () => {
  const making = Promise.withResolvers<Transport>();
  const transport = lateTransport('undici', making.promise, counting());
  const before = send(transport);
  const cancelled = send(transport);
  cancelled.cancel();
  making.reject(new Error('no such package'));
  expect(await before.ended).toMatchObject({error: {kind: 'connect', message: 'no such package'}, sentMs: []});
  expect((await send(transport).ended).error?.message).toBe('no such package');
  expect(cancelled.outcome.error).toBeNull();
  await expect(transport.open(1)).rejects.toThrow('no such package');
  await transport.close();
});
