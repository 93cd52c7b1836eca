import type {IncomingMessage} from 'node:http';
import {setTimeout as delay} from 'node:timers/promises';
import type Docker from 'dockerode';
import type {ContainerCreateOptions} from 'dockerode';
import {localNvidiaSmi} from '../../../gpu/local.ts';
import type {NvidiaSmi} from '../../../gpu/nvidia-smi.ts';
import type {ContainerSettings} from '../../../schema/stack.ts';
import type {DockerHost} from '../connect/host.ts';
import {dockerStream} from '../docker-stream.ts';
import {bindMounts} from './bind-mounts.ts';
import type {GpuAccess} from './gpu-access.ts';
import {LogEntries} from './log-entries.ts';
import {removeContainer} from './remove-container.ts';

export interface SidecarOptions {
  readonly docker: Docker;
  readonly image: string;
  readonly gpu: GpuAccess;
  /** Its binds and variables are where nvidia-smi comes from on hosts without NVIDIA's toolkit. */
  readonly settings: Pick<ContainerSettings, 'binds' | 'environment'>;
  readonly labels: Record<string, string>;
}

/** As nvidia-smi's own limit, and what a container's start and end take. */
const limitMs = 10_000;

/** nvidia-smi on the machine of a Docker engine: its own here, where the engine is here too and it works; else in a container. */
export const nvidiaSmiOf = async ({local}: Pick<DockerHost, 'local'>, options: SidecarOptions): Promise<NvidiaSmi> =>
  local && (await localNvidiaSmi.read(['-L'])) !== null ? localNvidiaSmi : sidecarNvidiaSmi(options);

/**
 * nvidia-smi in containers of the engine's own image, one a call. They see the host's processes, so that the numbers that
 * nvidia-smi gives to processes are those of `docker top`.
 */
export const sidecarNvidiaSmi = (options: SidecarOptions, readWithinMs = limitMs): NvidiaSmi => ({
  async read(args) {
    const over = new AbortController();
    // No image with it, no GPU, no answer in time: all of them mean that it cannot be asked.
    const page = readPage(options, args, over.signal).catch(() => null);
    const late = delay(readWithinMs, null, {signal: over.signal}).catch(() => null);
    return await Promise.race([page, late]).finally(() => over.abort());
  },
  async follow(args, onLine) {
    const run = await startSidecar(options, args);
    const reading = run.read(onLine).catch(() => {}); // its end is its reader's to notice: no more lines come
    return {
      async [Symbol.asyncDispose]() {
        try {
          await run[Symbol.asyncDispose]();
        } catch {
          // Docker may be gone, which must not hide why the run ends. A container that stays bears the run's labels.
        }
        await reading;
      },
    };
  },
});

const readPage = async (
  options: SidecarOptions,
  args: readonly string[],
  signal: AbortSignal,
): Promise<string | null> => {
  await using run = await startSidecar(options, args, signal);
  const lines: string[] = [];
  await run.read(line => lines.push(line));
  const {State} = await options.docker.getContainer(run.id).inspect();
  return State.ExitCode === 0 ? `${lines.join('\n')}\n` : null;
};

interface Sidecar extends AsyncDisposable {
  readonly id: string;
  /** Resolves when it has ended. */
  read(onLine: (line: string) => void): Promise<void>;
}

const startSidecar = async (
  options: SidecarOptions,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<Sidecar> => {
  const {docker} = options;
  const container = await docker.createContainer(sidecarConfig(options, args));
  await using made = new AsyncDisposableStack();
  made.defer(() => removeContainer(docker, container.id));
  await container.start();
  const path = `/containers/${container.id}/logs`;
  const query = {stdout: '1', timestamps: '1', follow: '1'};
  const answer = await dockerStream(docker, {method: 'GET', path, query, ...(signal && {signal})});
  made.defer(() => void answer.destroy());
  const running = made.move();
  return {
    id: container.id,
    read: onLine => readLines(answer, onLine),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
};

const readLines = async (answer: IncomingMessage, onLine: (line: string) => void): Promise<void> => {
  const entries = new LogEntries(onLine);
  for await (const chunk of answer) entries.take(chunk);
  entries.end();
};

const sidecarConfig = (
  {image, gpu, settings, labels}: SidecarOptions,
  args: readonly string[],
): ContainerCreateOptions => ({
  Image: image,
  Entrypoint: ['nvidia-smi'],
  Cmd: [...args],
  Env: Object.entries(settings.environment ?? {}).map(([name, value]) => `${name}=${value}`),
  Labels: labels,
  Healthcheck: {Test: ['NONE']},
  HostConfig: {
    ...gpu,
    Mounts: bindMounts(settings),
    PidMode: 'host',
    NetworkMode: 'none',
    SecurityOpt: ['no-new-privileges'],
    RestartPolicy: {Name: 'no'},
    // Hours of rows, of which all but the newest were handed on long ago.
    LogConfig: {Type: 'json-file', Config: {'max-size': '10m', 'max-file': '1'}},
  },
});
