import {setTimeout as delay} from 'node:timers/promises';
import {reasonOf} from '../../errors.ts';

export interface DockerFacts {
  readonly reachable: boolean;
  /** Why there is no Docker engine, or which one there is. */
  readonly reason: string;
  /** Whether it can hand NVIDIA GPUs to a container. */
  readonly gpuRuntime: boolean;
}

/** The part of GET /info that is read: a runtime of that name, or since Docker 28 a device found by CDI. */
interface DockerInfo {
  readonly ServerVersion?: string;
  readonly Runtimes?: Readonly<Record<string, unknown>>;
  readonly DiscoveredDevices?: readonly {readonly ID?: string}[] | null;
}

const limitMs = 1500;

/** Asks the Docker engine that DOCKER_HOST or the default socket names. Never throws, and never takes longer than 1.5 s. */
export const probeDocker = async (): Promise<DockerFacts> => {
  const timer = new AbortController();
  const late = delay(limitMs, undefined, {signal: timer.signal}).then(() => {
    throw new Error(`no answer within ${limitMs} ms`);
  });
  try {
    return await Promise.race([ask(), late]);
  } catch (thrown) {
    return {reachable: false, reason: reasonOf(thrown), gpuRuntime: false};
  } finally {
    timer.abort();
    late.catch(() => {}); // an aborted timer rejects, and nobody waits for it any more
  }
};

const ask = async (): Promise<DockerFacts> => {
  const {default: Docker} = await import('dockerode');
  // A kept-alive connection would outlive the probe; the timeout closes one that never answers.
  const docker = new Docker({timeout: limitMs, headers: {Connection: 'close'}});
  await docker.ping();
  const info: DockerInfo = await docker.info();
  const gpuRuntime =
    Object.hasOwn(info.Runtimes ?? {}, 'nvidia') ||
    (info.DiscoveredDevices ?? []).some(({ID}) => ID?.startsWith('nvidia.com/gpu'));
  return {reachable: true, reason: `Docker ${info.ServerVersion ?? 'of unknown version'}`, gpuRuntime};
};
