import {interruptionOf} from '../../interruption.ts';
import type {Environment} from '../connect/config-file.ts';
import type {DockerHost} from '../connect/host.ts';
import {credentialsFor} from './credentials.ts';
import {readImages, writeDigests} from './images-file.ts';
import {imageProblem} from './problem.ts';
import {readReference} from './reference.ts';

interface PinOptions {
  readonly file: string;
  /** For the registry's login. */
  readonly environment: Environment;
  readonly signal: AbortSignal;
}

interface Pinned {
  readonly engine: string;
  readonly reference: string;
  readonly digest: string;
  /** What the file said before. */
  readonly before: string | null;
}

/**
 * Asks the registry through the engine for the digest of each tag in the file, and writes them when all are known.
 * Throws IMAGE_MISSING, BAD_STACK or INTERRUPTED; the file is then as it was.
 */
export const pinImages = async (
  host: Pick<DockerHost, 'docker' | 'name'>,
  {file, environment, signal}: PinOptions,
): Promise<readonly Pinned[]> => {
  const interrupted = Promise.withResolvers<never>();
  interrupted.promise.catch(() => {});
  const stop = () => interrupted.reject(interruptionOf(signal, 'asking the registry for digests'));
  signal.addEventListener('abort', stop);
  try {
    if (signal.aborted) stop();
    const pinned: Pinned[] = [];
    for (const [engine, {image, tag, digest: before}] of Object.entries(await readImages(file))) {
      const reference = `${image}:${tag}`;
      const digest = await Promise.race([digestOf(host, reference, environment), interrupted.promise]);
      pinned.push({engine, reference, digest, before});
    }
    await writeDigests(file, Object.fromEntries(pinned.map(({engine, digest}) => [engine, digest])));
    return pinned;
  } finally {
    signal.removeEventListener('abort', stop);
  }
};

const digestOf = async (
  {docker, name}: Pick<DockerHost, 'docker' | 'name'>,
  reference: string,
  environment: Environment,
): Promise<string> => {
  const {registry} = readReference(reference);
  const login = await credentialsFor(registry, environment);
  try {
    const {Descriptor} = await docker.getImage(reference).distribution(login === null ? {} : {authconfig: login});
    return Descriptor.digest;
  } catch (cause) {
    throw imageProblem(reference, registry, name, cause);
  }
};
