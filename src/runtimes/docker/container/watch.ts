import {setTimeout as delay} from 'node:timers/promises';
import type Docker from 'dockerode';
import {dockerReason, statusOf} from '../docker-error.ts';
import {dockerStream} from '../docker-stream.ts';
import {endingEvents} from './ending-events.ts';

/** How a container came to its end, as Docker tells it. */
export type ContainerEnding =
  | {
      readonly state: 'exited';
      readonly exitCode: number;
      /** As `endingEvents` says. */
      readonly oom: boolean;
      readonly signalled: boolean;
      /** The Docker engine did not answer for a while, or its connection had broken. */
      readonly engineStopped: boolean;
      /** Docker's own words, where it could not run it. */
      readonly error: string;
    }
  | {readonly state: 'removed'}
  | {readonly state: 'unreachable'; readonly reason: string};

export interface Watch extends Disposable {
  readonly ended: Promise<ContainerEnding>;
}

const retryMs = 500;
/** A Docker engine that restarts answers again within seconds. */
const reconnectWithinMs = 30_000;

/**
 * Waits for the end of a container that was started. One call to Docker stays open, and nothing else is done. When its
 * connection breaks, Docker is asked again: a container that outlived a restart of its engine is watched on.
 * Disposing of it ends the watch, after which `ended` stays open if the container has not ended.
 */
export const watchContainer = (docker: Docker, id: string): Watch => {
  const over = new AbortController();
  const watching = watch(docker, id, over.signal);
  const ended = watching.catch((thrown: unknown) => {
    if (over.signal.aborted) return new Promise<never>(() => {});
    return {state: 'unreachable', reason: dockerReason(thrown)} as const;
  });
  return {ended, [Symbol.dispose]: () => over.abort()};
};

const watch = async (docker: Docker, id: string, signal: AbortSignal): Promise<ContainerEnding> => {
  let engineStopped = false;
  for (;;) {
    const whole = await waitOnce(docker, id, signal);
    signal.throwIfAborted();
    engineStopped ||= !whole;
    // A Docker engine that goes down stops its containers first, and tells that much.
    const found = await inspectSoon(docker, id, signal, () => {
      engineStopped = true;
    });
    if (found === null) return {state: 'removed'};
    const {Running, ExitCode, Error: error} = found.State;
    if (!Running)
      return {state: 'exited', exitCode: ExitCode, ...(await endingEvents(docker, found)), engineStopped, error};
    engineStopped = false; // it outlived that
    await delay(retryMs, undefined, {signal});
  }
};

/** False when the connection broke before Docker said that the container has ended. */
const waitOnce = async (docker: Docker, id: string, signal: AbortSignal): Promise<boolean> => {
  try {
    const path = `/containers/${id}/wait`;
    const answer = await dockerStream(docker, {method: 'POST', path, query: {condition: 'not-running'}, signal});
    for await (const _ of answer); // its body comes when the container has ended
    return true;
  } catch (thrown) {
    return statusOf(thrown) === 404;
  }
};

/** Null when there is no such container any more. Rejects when Docker does not answer within the time for a restart. */
const inspectSoon = async (
  docker: Docker,
  id: string,
  signal: AbortSignal,
  onUnanswered: () => void,
): Promise<Docker.ContainerInspectInfo | null> => {
  const untilMs = performance.now() + reconnectWithinMs;
  for (;;) {
    try {
      return await docker.getContainer(id).inspect();
    } catch (thrown) {
      if (statusOf(thrown) === 404) return null;
      if (performance.now() > untilMs) throw thrown;
      onUnanswered();
      await delay(retryMs, undefined, {signal});
    }
  }
};
