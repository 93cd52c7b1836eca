import type Dockerode from 'dockerode';
import type {ServerContainer} from '../../../schema/server.ts';
import type {Environment} from '../connect/config-file.ts';
import type {DockerHost} from '../connect/host.ts';
import {unless} from '../docker-error.ts';
import {imageProblem} from './problem.ts';
import {pullImage} from './pull.ts';
import {readReference} from './reference.ts';

type Host = Pick<DockerHost, 'docker' | 'name'>;

export interface EnsuredImage {
  readonly image: ServerContainer;
  /** 0 when the engine had it. */
  readonly pullSeconds: number;
  /** The words that the image itself begins with; empty where it has no entry point. */
  readonly entrypoint: readonly string[];
}

interface EnsureOptions {
  readonly signal: AbortSignal;
  readonly onLine: (line: string) => void;
  /** Where the Docker CLI's logins are found. */
  readonly environment?: Environment;
}

/**
 * Sees to it that the engine has an image: by its name, its name and digest, or its id. Pulls it only when it is not
 * there. Throws IMAGE_MISSING that says why and what to do; INTERRUPTED.
 */
export const ensureImage = async (
  host: Host,
  reference: string,
  {signal, onLine, environment = process.env}: EnsureOptions,
): Promise<EnsuredImage> => {
  const here = await inspectImage(host, reference);
  if (here !== null) return describe(reference, here, 0);
  if (/^sha256:/.test(reference)) throw imageProblem(reference, '', host.name, new Error('not found under that id'));
  const startMs = performance.now();
  await pullImage(host, reference, {signal, onLine, environment});
  const pulled = await inspectImage(host, reference);
  if (pulled === null) throw imageProblem(reference, '', host.name, new Error('it was pulled, and is gone again'));
  const pullSeconds = (performance.now() - startMs) / 1000;
  onLine(`pulled ${reference} in ${pullSeconds.toFixed(1)} s`);
  return describe(reference, pulled, pullSeconds);
};

/** Null when the engine has no image of that name or id. Throws IMAGE_MISSING for what is none. */
export const inspectImage = async (
  {docker, name}: Host,
  reference: string,
): Promise<Dockerode.ImageInspectInfo | null> => {
  if (!/^sha256:/.test(reference)) readReference(reference); // throws before Docker is asked for nonsense
  return unless([404], docker.getImage(reference).inspect()).catch(thrown => {
    throw imageProblem(reference, '', name, thrown);
  });
};

const describe = (reference: string, {Id, RepoDigests, Config}: Dockerode.ImageInspectInfo, pullSeconds: number) => {
  const entrypoint = Config.Entrypoint ?? [];
  return {
    image: {image: reference, digest: digestOf(reference, RepoDigests ?? []), imageId: Id},
    pullSeconds,
    entrypoint: typeof entrypoint === 'string' ? [entrypoint] : entrypoint,
  };
};

/** The registry's digest of the image under this name, if it ever came from or went to a registry under it. */
const digestOf = (reference: string, repoDigests: readonly string[]): string | null => {
  const short = (name: string) => name.replace(/^docker\.io\//, '').replace(/^library\//, '');
  const [named = ''] = reference.split('@');
  const repository = short(named.replace(/:[^/:]*$/, ''));
  const own = repoDigests.find(digest => digest.startsWith(`${repository}@`)) ?? repoDigests[0];
  return own?.split('@')[1] ?? null;
};
