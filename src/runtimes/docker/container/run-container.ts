import type {ContainerCreateOptions} from 'dockerode';
import type {DockerHost} from '../connect/host.ts';
import {dockerReason} from '../docker-error.ts';
import {type ContainerLog, followLog} from './log.ts';
import {removeOrSay, stopContainer} from './stop-container.ts';
import {type ContainerEnding, watchContainer} from './watch.ts';

interface RunOptions {
  readonly host: Pick<DockerHost, 'docker'>;
  readonly config: ContainerCreateOptions;
  /** Asked for when it is to be stopped. */
  readonly graceSeconds: () => number;
  readonly logPath: string;
  readonly mask: (text: string) => string;
  /** Each line of its log until it is no longer followed, and when the log is caught up with: when it was read after the start. */
  readonly onLogLine: (line: string, afterSeconds: number) => void;
  /** Called when it has been stopped; `killed` when it did not end within its grace. */
  readonly onStopped: (how: {killed: boolean; afterSeconds: number; graceSeconds: number}) => void;
  /** Takes over the duty to stop and remove the container, as soon as there is one. */
  readonly owe: (stop: () => Promise<void>) => void;
  readonly onLine: (line: string) => void;
}

/** A container that was started. It may have ended since. */
export interface RunContainer {
  readonly id: string;
  readonly createSeconds: number;
  /** By `performance.now()`. */
  readonly startedMs: number;
  /** The Docker host's port by the container's, such as 8000/tcp; null when it has ended already. */
  hostPort(key: string): number | null;
  readonly log: ContainerLog;
  /** Stays open once it is being stopped: then its end is no news. */
  readonly ended: Promise<ContainerEnding>;
}

/** Makes and starts a container. Rejects with Docker's refusal; what exists by then is owed. */
export const runContainer = async (options: RunOptions): Promise<RunContainer> => {
  const {host, config, logPath, mask, onLogLine, onStopped, owe, onLine} = options;
  const {docker} = host;
  const createdMs = performance.now();
  const container = await docker.createContainer(config);
  const {id} = container;
  const running = new AsyncDisposableStack();
  running.defer(() => removeOrSay(docker, id, onLine));
  let stop = async () => {};
  owe(async () => {
    await stop();
    await running.disposeAsync();
  });

  await container.start().catch(async (thrown: unknown) => {
    await running.disposeAsync(); // its name is free again
    throw thrown;
  });
  const startedMs = performance.now();
  const createSeconds = (startedMs - createdMs) / 1000;
  const watch = running.use(watchContainer(docker, id));
  const {NetworkSettings} = await container.inspect();
  const log = running.use(
    await followLog({
      docker,
      id,
      path: logPath,
      mask,
      onLine: line => onLogLine(line, (performance.now() - startedMs) / 1000),
      onFileLost: reason => onLine(`its log can no longer be written to ${logPath}: ${reason}`),
    }),
  );
  stop = async () => {
    watch[Symbol.dispose]();
    try {
      const graceSeconds = Math.max(1, Math.ceil(options.graceSeconds())); // Docker counts whole seconds; 0 kills at once
      const askedMs = performance.now();
      const killed = (await stopContainer(docker, id, graceSeconds)) === 'killed';
      onStopped({killed, afterSeconds: (performance.now() - askedMs) / 1000, graceSeconds});
      await log.readToEnd();
    } catch (thrown) {
      onLine(`could not be stopped in order: ${mask(dockerReason(thrown))}`);
    }
  };
  const hostPort = (key: string) => Number(NetworkSettings.Ports[key]?.[0]?.HostPort ?? 0) || null;
  return {id, createSeconds, startedMs, hostPort, log, ended: watch.ended};
};
