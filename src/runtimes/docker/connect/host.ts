import {Agent as HttpAgent} from 'node:http';
import {Agent as HttpsAgent} from 'node:https';
import {setTimeout as delay} from 'node:timers/promises';
import type Dockerode from 'dockerode';
import {CutoverError, reasonOf} from '../../../errors.ts';
import {interruptionOf} from '../../interruption.ts';
import {isLocal} from './address.ts';
import type {Environment} from './config-file.ts';
import {type DockerEndpoint, endpointOfDocker} from './endpoint-of-docker.ts';
import {noDockerEngine, unreachable} from './problem.ts';
import {assertReachableFrom, originOf, reachFrom} from './reach.ts';
import {sshFailure} from './ssh-problem.ts';
import {openTunnel, type SshTunnel} from './ssh-tunnel.ts';

/** A Docker engine that answers. Disposing it ends the connection, and ssh where there is one. */
export interface DockerHost extends AsyncDisposable {
  readonly docker: Dockerode;
  /** The address and what named it, for example `unix:///var/run/docker.sock (the default)`. */
  readonly name: string;
  /** Whether paths and published loopback ports of the engine are this machine's. */
  readonly local: boolean;
  /** Throws BAD_OPTIONS where this machine has no way to ports that are published on the address `publish` of that host. */
  assertReachable(publish: string): void;
  /**
   * The origin, such as http://127.0.0.1:40123, at which this machine reaches a port that a container publishes on an
   * address that is reachable. Throws DOCKER_UNREACHABLE when ssh refuses.
   */
  reach(publish: string, port: number): Promise<string>;
}

/** API 1.40, Docker 19.03: the first that hands GPUs to containers. */
const oldestMinor = 40;

interface ConnectOptions {
  /** Before an engine that accepts and says nothing is given up. */
  readonly limitMs?: number;
}

/**
 * Connects to the engine that the Docker CLI would use in this environment. Throws DOCKER_UNREACHABLE that says which
 * engine, why not and what to do; INTERRUPTED.
 */
export const connectDocker = async (
  environment: Environment,
  signal: AbortSignal,
  {limitMs = 15_000}: ConnectOptions = {},
): Promise<DockerHost> => {
  const endpoint = await endpointOfDocker(environment);
  const {address, name} = endpoint;
  await using opened = new AsyncDisposableStack();
  try {
    signal.throwIfAborted();
    const tunnel =
      address.kind === 'ssh' ? opened.use(await openTunnel(address, {environment, signal, limitMs})) : null;
    const agent = agentOf(endpoint);
    opened.defer(() => agent.destroy());
    const docker = await dockerAt(endpoint, tunnel, agent);
    const version = await answerOf(docker, signal, limitMs).catch(async cause => {
      if (signal.aborted) throw cause;
      const said = (await tunnel?.said()) ?? [];
      throw address.kind === 'ssh' && said.length > 0
        ? sshFailure(address, reasonOf(cause), said, cause)
        : unreachable(endpoint, cause);
    });
    assertNewEnough(name, version);
    const open = opened.move();
    return {
      docker,
      name,
      local: isLocal(address),
      assertReachable: assertReachableFrom(address),
      reach: reachFrom(address, tunnel),
      [Symbol.asyncDispose]: () => open.disposeAsync(),
    };
  } catch (thrown) {
    if (thrown instanceof CutoverError) throw thrown;
    if (signal.aborted) throw interruptionOf(signal, `connecting to Docker at ${name}`);
    throw unreachable(endpoint, thrown);
  }
};

/** No connection is kept: one that an engine's restart has cut would fail the next call. */
const agentOf = ({address, tls}: DockerEndpoint): HttpAgent =>
  address.kind === 'tcp' && address.protocol === 'https'
    ? new HttpsAgent({keepAlive: false, rejectUnauthorized: tls?.verify ?? true})
    : new HttpAgent({keepAlive: false});

/** Each option is named, absent ones too: docker-modem fills those in from its own reading of the environment. */
const dockerAt = async ({address, tls}: DockerEndpoint, tunnel: SshTunnel | null, agent: HttpAgent) => {
  const {default: Docker} = await import('dockerode');
  const tcp = address.kind === 'tcp' ? address : null;
  const options = {
    socketPath: address.kind === 'socket' ? address.path : tunnel?.socketPath,
    // With its scheme: docker-modem takes a bare IPv6 address for a URL.
    host: tcp === null ? undefined : originOf(tcp),
    port: tcp?.port,
    protocol: tcp?.protocol ?? 'http',
    username: undefined,
    ca: tls?.ca ?? undefined,
    cert: tls?.cert ?? undefined,
    key: tls?.key ?? undefined,
    timeout: undefined,
    agent,
  };
  return new Docker(options);
};

const answerOf = async (docker: Dockerode, signal: AbortSignal, limitMs: number): Promise<Dockerode.DockerVersion> => {
  const over = new AbortController();
  const late = delay(limitMs, undefined, {signal: AbortSignal.any([signal, over.signal])}).then(() => {
    throw new Error(`no answer within ${limitMs} ms`);
  });
  try {
    return await Promise.race([docker.version(), late]);
  } finally {
    over.abort();
  }
};

const assertNewEnough = (name: string, {ApiVersion, Version}: Partial<Dockerode.DockerVersion>): void => {
  const [, major, minor] = /^(\d+)\.(\d+)$/.exec(ApiVersion ?? '') ?? [];
  if (major === undefined) throw noDockerEngine(name, 'the reply to GET /version has no ApiVersion');
  if (Number(major) > 1 || Number(minor) >= oldestMinor) return;
  throw new CutoverError('DOCKER_UNREACHABLE', `Docker ${Version} at ${name} is too old: its API is ${ApiVersion}`, {
    hint: `Update it: API 1.${oldestMinor} (Docker 19.03) is the first that hands GPUs to containers.`,
  });
};
