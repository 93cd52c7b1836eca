import {finished} from 'node:stream/promises';
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

/** Puts it on another engine, in a third of the time that building it there takes. */
export const copyFakeEngine = async (to: Docker): Promise<string> => {
  const [docker, image] = [await testDocker(), await fakeEngineImage()];
  const said = await to.loadImage(await docker.getImage(image).get());
  said.resume();
  await finished(said);
  return image;
};
