import {setTimeout as delay} from 'node:timers/promises';
import {CutoverError} from '../../../errors.ts';
import type {DockerHost} from '../connect/host.ts';
import {removeContainer} from '../container/remove-container.ts';
import {statusOf, unless} from '../docker-error.ts';
import {type RunLabels, readLabels} from './labels.ts';
import {type OwnerState, ownerState, ownerText} from './owner.ts';

/** Names are unique on a Docker engine, and taking one is atomic: that makes the container the lock. It is never started. */
export const gpuLockName = 'cutover-gpu';

const pollMs = 50;
/** A holder that is about to be gone, or one harness after another that takes over from a dead one. */
const limitMs = 10_000;

interface GpuLockOptions {
  /** Any image that the engine has: a container cannot be made without one. */
  readonly image: string;
  /** `labelsOf` this run. */
  readonly labels: Record<string, string>;
}

/**
 * Takes the GPUs of a Docker engine for this run; disposing of it gives them back. A lock whose owner is gone is taken
 * over. Throws GPU_BUSY that names the holder.
 */
export const lockGpu = async (
  host: Pick<DockerHost, 'docker' | 'name'>,
  {image, labels}: GpuLockOptions,
): Promise<AsyncDisposable> => {
  const {docker} = host;
  const untilMs = performance.now() + limitMs;
  for (;;) {
    const id = await create(host, image, labels);
    if (id !== null) return {[Symbol.asyncDispose]: () => removeContainer(docker, id)};
    const holder = await unless([404], docker.getContainer(gpuLockName).inspect());
    if (holder !== null) {
      const run = readLabels(holder.Config.Labels);
      if (run === null) throw notOurs(host.name);
      const state = ownerState(run.owner);
      if (state !== 'gone') throw busy(host.name, run, state, holder.Created);
      // By its id: should somebody else have taken it over by now, the name stands for theirs.
      await removeContainer(docker, holder.Id);
    }
    if (performance.now() > untilMs)
      throw new CutoverError('GPU_BUSY', `${gpuLockName} on ${host.name} can neither be taken nor be looked at`, {
        hint: `Look at it with: docker inspect ${gpuLockName}`,
      });
    await delay(pollMs);
  }
};

/** Null when somebody has the name. */
const create = async (
  {docker}: Pick<DockerHost, 'docker'>,
  image: string,
  labels: Record<string, string>,
): Promise<string | null> => {
  try {
    const {id} = await docker.createContainer({
      name: gpuLockName,
      Image: image,
      Entrypoint: ['never-started'],
      Labels: labels,
      HostConfig: {NetworkMode: 'none'},
    });
    return id;
  } catch (thrown) {
    if (statusOf(thrown) === 409) return null;
    throw thrown;
  }
};

const notOurs = (hostName: string): CutoverError =>
  new CutoverError('GPU_BUSY', `A container that is not cutover's is called ${gpuLockName} on ${hostName}`, {
    hint: `That name is cutover's lock on the GPU. Give the container another: docker rename ${gpuLockName} <name>`,
  });

const busy = (hostName: string, run: RunLabels, state: OwnerState, since: string): CutoverError => {
  const holder = `run ${run.runId} (${ownerText(run.owner)}, folder ${run.folder})`;
  return new CutoverError('GPU_BUSY', `The GPU of ${hostName} is taken by ${holder} since ${since.slice(0, 19)}Z`, {
    hint:
      state === 'alive'
        ? 'Wait for it, or end it with Ctrl-C. Should it leave something behind, npm run clean removes it.'
        : 'Wait for it, or end it where it runs. If nothing runs there any more: npm run clean -- --all',
  });
};
