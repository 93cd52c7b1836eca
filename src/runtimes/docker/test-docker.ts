import Docker from 'dockerode';
import {reasonOf} from '../../errors.ts';
import {buildFakeEngine} from './image/fake-image.ts';

/** The Docker engine that tests run against: the one that DOCKER_HOST or the default socket names. Throws when none answers. */
export const testDocker = async (): Promise<Docker> => {
  const docker = new Docker();
  await docker.ping().catch((thrown: unknown) => {
    throw new Error(`these tests need a Docker engine, and none answers (${reasonOf(thrown)}); .ci/run starts one`);
  });
  return docker;
};

let reference: Promise<string> | undefined;

/** The image of the simulated engine, built when there is none of this source: `cutover-fake-engine:<hash>`. */
export const fakeEngineImage = (): Promise<string> => {
  reference ??= testDocker().then(buildFakeEngine);
  return reference;
};
