import {once} from 'node:events';
import {type AddressInfo, createServer} from 'node:net';
import {expect, test} from 'vitest';
import {assertPortFree} from './port.ts';

test('a port that is taken is refused with the ways out, and may be used again when it is free', async () => {
  const taken = createServer().listen({port: 0, host: '127.0.0.1'});
  await once(taken, 'listening');
  const {port} = taken.address() as AddressInfo;
  await expect(assertPortFree('chat', '127.0.0.1', port)).rejects.toMatchObject({
    code: 'ENGINE_DID_NOT_START',
    message: `The chat server cannot have port ${port} of 127.0.0.1: listen EADDRINUSE: address already in use 127.0.0.1:${port}`,
    hint: expect.stringContaining(`--attach http://127.0.0.1:${port}`),
  });
  taken.close();
  await once(taken, 'close');
  await assertPortFree('chat', '127.0.0.1', port);
  await assertPortFree('chat', '127.0.0.1', port); // the check itself leaves the port free
});
