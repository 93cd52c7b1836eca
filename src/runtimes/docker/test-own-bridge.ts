import {randomBytes} from 'node:crypto';
import {testDocker} from './test-docker.ts';

/**
 * A network interface for the default network of a second dockerd, `--bridge <name>`. Without one of its own it would take
 * docker0 and change its address, and with `--bridge none` delete it, under the machine's own engine, which makes this one.
 */
export const ownBridge = async (): Promise<AsyncDisposable & {readonly name: string}> => {
  const docker = await testDocker();
  const name = `cutover-${randomBytes(3).toString('hex')}`;
  const network = await docker.createNetwork({Name: name, Options: {'com.docker.network.bridge.name': name}});
  return {
    name,
    [Symbol.asyncDispose]: async () => {
      await network.remove();
    },
  };
};
