import {setTimeout as delay} from 'node:timers/promises';
import {reasonOf} from '../../errors.ts';
import type {Environment} from './connect/config-file.ts';
import {connectDocker} from './connect/host.ts';
import {readEngineFacts} from './engine-facts.ts';

export interface DockerFacts {
  readonly reachable: boolean;
  /** Why there is no Docker engine, or which one there is. */
  readonly reason: string;
  /** Whether it says that it can hand NVIDIA GPUs to a container. */
  readonly gpuRuntime: boolean;
}

/** Every run without --runtime waits for this. */
const quickMs = 1500;
/** For whoever names an engine, which may be far away and behind ssh. */
const patientMs = 15_000;

/**
 * Asks the Docker engine that the Docker CLI would use. Never throws, and takes no longer than 1.5 s unless the
 * environment names an engine.
 */
export const probeDocker = async (
  environment: Environment = process.env,
  limitMs = environment.DOCKER_HOST || environment.DOCKER_CONTEXT ? patientMs : quickMs,
): Promise<DockerFacts> => {
  const over = new AbortController();
  const late = delay(limitMs, undefined, {signal: over.signal}).then(() => {
    throw new Error(`no answer within ${limitMs} ms`);
  });
  try {
    return await Promise.race([ask(environment, over.signal), late]);
  } catch (thrown) {
    // The choice of a runtime says it in a few words: the system's, where it is the system's.
    const cause = thrown instanceof Error ? (thrown.cause ?? thrown) : thrown;
    return {reachable: false, reason: reasonOf(cause), gpuRuntime: false};
  } finally {
    over.abort();
    late.catch(() => {}); // an aborted timer rejects, and nobody waits for it any more
  }
};

const ask = async (environment: Environment, signal: AbortSignal): Promise<DockerFacts> => {
  await using host = await connectDocker(environment, signal);
  // Without its host, a question that the engine leaves open ends too.
  signal.addEventListener('abort', () => void host[Symbol.asyncDispose](), {once: true});
  const {version, nvidiaRuntime, cdiDevices} = await readEngineFacts(host);
  // A hook that is only installed serves `--gpus` too, without being registered anywhere that the API shows.
  const gpuRuntime = nvidiaRuntime || (cdiDevices ?? []).some(name => name.startsWith('nvidia.com/gpu'));
  return {reachable: true, reason: `Docker ${version}`, gpuRuntime};
};
