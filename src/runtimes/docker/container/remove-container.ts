import {setTimeout as delay} from 'node:timers/promises';
import type Docker from 'dockerode';
import {statusOf, unless} from '../docker-error.ts';

const pollMs = 50;
/** Docker frees a container's file system meanwhile: seconds on a busy disk. */
const limitMs = 30_000;

/** Kills and removes a container with its anonymous volumes. Resolves when it is gone, whoever else removed it meanwhile. */
export const removeContainer = async (docker: Docker, id: string): Promise<void> => {
  const container = docker.getContainer(id);
  try {
    await container.remove({force: true, v: true});
  } catch (thrown) {
    if (statusOf(thrown) === 404) return;
    if (statusOf(thrown) !== 409) throw thrown; // 409: somebody else's removal is under way
    const untilMs = performance.now() + limitMs;
    while ((await unless([404], container.inspect())) !== null) {
      if (performance.now() > untilMs) throw thrown;
      await delay(pollMs);
    }
  }
};
