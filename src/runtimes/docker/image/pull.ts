import {interruptionOf} from '../../interruption.ts';
import type {Environment} from '../connect/config-file.ts';
import type {DockerHost} from '../connect/host.ts';
import {credentialsFor} from './credentials.ts';
import {imageProblem} from './problem.ts';
import {type PullEvent, pullProgress} from './progress.ts';
import {readReference} from './reference.ts';

interface PullOptions {
  readonly signal: AbortSignal;
  readonly onLine: (line: string) => void;
  /** For the registry's login. */
  readonly environment: Environment;
}

const lineEveryMs = 2000;

/** Lets the engine pull an image, which it stops when the signal aborts. Throws IMAGE_MISSING or INTERRUPTED. */
export const pullImage = async (
  {docker, name: hostName}: Pick<DockerHost, 'docker' | 'name'>,
  reference: string,
  {signal, onLine, environment}: PullOptions,
): Promise<void> => {
  const {repository, tag, digest, registry} = readReference(reference);
  const login = await credentialsFor(registry, environment);
  const progress = pullProgress();
  let saidAtMs = performance.now();
  onLine(`pulling ${reference}`);
  try {
    signal.throwIfAborted();
    const sent = await docker.createImage(login, {
      fromImage: repository,
      tag: digest ?? tag ?? 'latest',
      abortSignal: signal,
    });
    for await (const event of eventsOf(sent)) {
      if (event.error !== undefined) throw new Error(event.error);
      progress.take(event);
      if (performance.now() - saidAtMs < lineEveryMs) continue;
      saidAtMs = performance.now();
      onLine(`pulling ${reference}: ${progress.text()}`);
    }
    signal.throwIfAborted();
  } catch (thrown) {
    if (signal.aborted) throw interruptionOf(signal, `pulling ${reference}`);
    throw imageProblem(reference, registry, hostName, thrown);
  }
};

/** One JSON object a line. Leaving the loop early ends the request, and with it the pull. */
async function* eventsOf(sent: NodeJS.ReadableStream): AsyncGenerator<PullEvent> {
  let rest = '';
  for await (const chunk of sent.setEncoding('utf8')) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield JSON.parse(line);
  }
}
