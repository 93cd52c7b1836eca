import {setTimeout as delay} from 'node:timers/promises';
import type Docker from 'dockerode';
import {dockerReason, unless} from '../docker-error.ts';
import {removeContainer} from './remove-container.ts';

/** Of Docker's answer to a stop, beyond the grace: it kills, and frees what the container had. */
const afterGraceMs = 60_000;

/**
 * Asks the container to end with the image's stop signal, and kills it after the grace.
 * 'killed' when it had to be; 'ended' also when it had ended before, or is gone.
 */
export const stopContainer = async (docker: Docker, id: string, graceSeconds: number): Promise<'ended' | 'killed'> => {
  const container = docker.getContainer(id);
  const late = new AbortController();
  const stopped = await Promise.race([
    unless(
      [304, 404],
      container.stop({t: graceSeconds}).then(() => true),
    ),
    delay(graceSeconds * 1000 + afterGraceMs, undefined, {signal: late.signal}).then(() => {
      throw new Error(`Docker did not answer within ${graceSeconds + afterGraceMs / 1000} s`);
    }),
  ]).finally(() => late.abort());
  if (stopped === null) return 'ended';
  const found = await unless([404], container.inspect());
  return found?.State.ExitCode === 137 ? 'killed' : 'ended';
};

/** Removes the container, and says so where that fails: whoever stops a stack has more to stop. */
export const removeOrSay = async (docker: Docker, id: string, say: (line: string) => void): Promise<void> => {
  try {
    await removeContainer(docker, id);
  } catch (thrown) {
    say(`its container stays (${dockerReason(thrown)}): npm run clean removes it`);
  }
};
