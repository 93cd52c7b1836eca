import {CutoverError} from '../../errors.ts';
import {isLocal} from '../../runtimes/docker/connect/address.ts';
import {endpointOfDocker} from '../../runtimes/docker/connect/endpoint-of-docker.ts';
import {connectDocker, type DockerHost} from '../../runtimes/docker/connect/host.ts';
import {dockerReason, isFromDocker} from '../../runtimes/docker/docker-error.ts';
import {readEngineFacts} from '../../runtimes/docker/engine-facts.ts';
import {type Finding, missing} from './findings.ts';
import type {DockerSeen, DockerSilent} from './machine-checks.ts';

type Connected =
  | {readonly host: DockerHost; readonly state: DockerSeen}
  | {readonly host: null; readonly state: DockerSilent};

const lookFix = 'docker info, and journalctl -u docker on the Docker host';

/** The engine that `bench` would use, or why there is none. The caller disposes of the host. Throws INTERRUPTED. */
export const lookForDocker = async (environment: NodeJS.ProcessEnv, signal: AbortSignal): Promise<Connected> => {
  try {
    await using opened = new AsyncDisposableStack();
    const host = opened.use(await connectDocker(environment, signal));
    const facts = await readEngineFacts(host);
    opened.move();
    return {host, state: {...facts, reachable: true, name: host.name, local: host.local}};
  } catch (thrown) {
    return {host: null, state: await silent(thrown, environment)};
  }
};

const silent = async (thrown: unknown, environment: NodeJS.ProcessEnv): Promise<DockerSilent> => {
  // An address that cannot be read leads to no other machine.
  const local = await endpointOfDocker(environment).then(
    ({address}) => isLocal(address),
    () => true,
  );
  if (thrown instanceof CutoverError && thrown.code === 'DOCKER_UNREACHABLE') {
    const said = thrown.logTail.map(line => `| ${line}`);
    return {reachable: false, local, reason: [thrown.message, ...said].join('\n'), fix: thrown.hint ?? null};
  }
  if (!isFromDocker(thrown)) throw thrown;
  return {reachable: false, local, reason: `It answers, and not to questions: ${dockerReason(thrown)}`, fix: lookFix};
};

/** What Docker refuses or breaks off while it is asked is a finding like others; a mistake of our own stays one. */
export const orFinding = async (what: string, asking: Promise<readonly Finding[]>): Promise<readonly Finding[]> => {
  try {
    return await asking;
  } catch (thrown) {
    if (thrown instanceof CutoverError && thrown.code === 'IMAGE_MISSING')
      return [missing(what, ['docker'], thrown.message, thrown.hint ?? null)];
    if (!isFromDocker(thrown)) throw thrown;
    return [missing(what, ['docker'], `Docker cannot be asked: ${dockerReason(thrown)}`, lookFix)];
  }
};
