import {expect, test} from 'vitest';
import {readAddress} from './address.ts';
import {assertReachableFrom, reachFrom} from './reach.ts';

const reach = (engine: string, publish: string) => reachFrom(readAddress(engine, false), null)(publish, 8000);

test.each([
  ['unix:///var/run/docker.sock', '127.0.0.1', 'http://127.0.0.1:8000'],
  ['unix:///var/run/docker.sock', '0.0.0.0', 'http://127.0.0.1:8000'],
  ['unix:///var/run/docker.sock', '::', 'http://[::1]:8000'],
  ['unix:///var/run/docker.sock', '10.0.0.7', 'http://10.0.0.7:8000'],
  ['tcp://127.0.0.1:2375', '127.0.0.1', 'http://127.0.0.1:8000'],
  ['tcp://localhost:2375', '0.0.0.0', 'http://127.0.0.1:8000'],
  ['tcp://gpu1:2375', '0.0.0.0', 'http://gpu1:8000'],
  ['tcp://[fd00::7]:2375', '::', 'http://[fd00::7]:8000'],
  ['tcp://gpu1:2375', '10.0.0.7', 'http://10.0.0.7:8000'],
])('what an engine at %s publishes on %s is reached at %s', async (engine, publish, origin) => {
  expect(await reach(engine, publish)).toBe(origin);
});

test('what another machine publishes on its loopback cannot be reached, and the error names both ways out', () => {
  const asserted = (engine: string, publish: string) => () => assertReachableFrom(readAddress(engine, false))(publish);
  expect(asserted('tcp://gpu1:2376', '127.0.0.1')).toThrow(
    expect.objectContaining({
      code: 'BAD_OPTIONS',
      message: expect.stringContaining('Docker runs on gpu1'),
      hint: expect.stringMatching(/DOCKER_HOST=ssh:\/\/user@gpu1.*publish: <address>/),
    }),
  );
  for (const engine of ['unix:///var/run/docker.sock', 'tcp://localhost:2375', 'ssh://me@gpu1'])
    expect(asserted(engine, '127.0.0.1')).not.toThrow();
  expect(asserted('tcp://gpu1:2376', '10.0.0.7')).not.toThrow();
});
