import type Docker from 'dockerode';
import {roles} from '../../../schema/request.ts';
import {interruptionOf} from '../../interruption.ts';
import type {DockerHost} from '../connect/host.ts';
import {removeContainer} from '../container/remove-container.ts';
import {dockerReason, unless} from '../docker-error.ts';
import {gpuLockName} from './gpu-lock.ts';
import {cacheLabel, type RunLabels, readLabels, runLabel} from './labels.ts';
import {type OwnerState, ownerState} from './owner.ts';
import {saveLog} from './save-log.ts';

/** Something that a run made on a Docker engine. */
interface Leftover {
  readonly kind: 'container' | 'network' | 'volume';
  /** A volume's is its name. */
  readonly id: string;
  readonly name: string;
  readonly role: string;
  /** Docker's word for a container: running, exited, created, …; null for what has no state. */
  readonly state: string | null;
  /** Of the wall clock; null where Docker does not tell. */
  readonly createdMs: number | null;
}

/** All that one run made, in the order in which it can be removed. */
export interface RunLeftovers {
  readonly runId: string;
  /** Where its logs go, on the machine of its owner. */
  readonly folder: string;
  readonly owner: string;
  readonly ownerState: OwnerState;
  readonly things: readonly Leftover[];
}

type Found = Leftover & {readonly run: RunLabels};

/**
 * Everything with cutover's label on a Docker engine, oldest run first; a run that is under way is among them, with a
 * living owner. Caches are not. Rejects with the client's error when Docker does not answer.
 */
export const findLeftovers = async ({docker}: Pick<DockerHost, 'docker'>): Promise<readonly RunLeftovers[]> => {
  const found = await Promise.all([findContainers(docker), findNetworks(docker), findVolumes(docker)]);
  return byRun(found.flat());
};

const filters = {label: [runLabel]};

const found = (labels: Record<string, string> | null | undefined, thing: Omit<Leftover, 'role'>): readonly Found[] => {
  const run = readLabels(labels);
  return run === null ? [] : [{...thing, role: run.role, run}];
};

const findContainers = async (docker: Docker): Promise<readonly Found[]> =>
  (await docker.listContainers({all: true, filters}))
    .flatMap(({Id, Names, State, Created, Labels}) =>
      found(Labels, {
        kind: 'container',
        id: Id,
        name: Names[0]?.replace(/^\//, '') ?? Id.slice(0, 12), // one that is being removed may have lost its name
        state: State,
        createdMs: Created * 1000,
      }),
    )
    // The lock last: whoever takes it next shall find the GPU free.
    .toSorted((a, b) => Number(a.name === gpuLockName) - Number(b.name === gpuLockName));

const findNetworks = async (docker: Docker): Promise<readonly Found[]> =>
  (await docker.listNetworks({filters})).flatMap(({Id, Name, Created, Labels}) =>
    found(Labels, {kind: 'network', id: Id, name: Name, state: null, createdMs: timeOf(Created)}),
  );

type Volume = Docker.VolumeInspectInfo & {readonly CreatedAt?: string};

const findVolumes = async (docker: Docker): Promise<readonly Found[]> =>
  (await docker.listVolumes({filters})).Volumes.filter(({Labels}) => !Object.hasOwn(Labels, cacheLabel)).flatMap(
    ({Name, CreatedAt, Labels}: Volume) =>
      found(Labels, {kind: 'volume', id: Name, name: Name, state: null, createdMs: timeOf(CreatedAt)}),
  );

const timeOf = (text: string | undefined): number | null => {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? null : ms;
};

const byRun = (all: readonly Found[]): readonly RunLeftovers[] =>
  [...Map.groupBy(all, ({run}) => `${run.runId}\n${run.owner}`)]
    .map(([key, things]) => {
      const [runId = '', owner = ''] = key.split('\n');
      return {runId, folder: things[0]?.run.folder ?? '', owner, ownerState: ownerState(owner), things};
    })
    .toSorted((a, b) => (a.runId < b.runId ? -1 : 1)); // they begin with their time

export interface RemoveOptions {
  readonly signal: AbortSignal;
  /** One line for each thing that is gone. */
  readonly onLine: (line: string) => void;
}

/**
 * Removes what runs left: containers are killed, and the rest of a server's log is saved into its run's folder where
 * that is here; then networks and volumes go. What vanishes meanwhile is fine. Resolves with a sentence for each thing
 * that could not be removed, which keeps no other. Throws an interruption between two of them when `signal` aborts.
 */
export const removeLeftovers = async (
  {docker}: Pick<DockerHost, 'docker'>,
  runs: readonly RunLeftovers[],
  {signal, onLine}: RemoveOptions,
): Promise<readonly string[]> => {
  const kept: string[] = [];
  for (const run of runs)
    for (const thing of run.things) {
      if (signal.aborted) throw interruptionOf(signal, `removing what run ${run.runId} left`);
      const name = `${thing.kind} ${thing.name} of run ${run.runId}`;
      try {
        const logPath = await remove(docker, run, thing);
        onLine(`removed ${name}${logPath === null ? '' : `; its log is in ${logPath}`}`);
      } catch (thrown) {
        kept.push(`${name} stays: ${dockerReason(thrown)}`);
      }
    }
  return kept;
};

/** Resolves with the path of the log that it saved, if any. */
const remove = async (
  docker: Docker,
  {folder, ownerState}: RunLeftovers,
  {kind, id, role, state}: Leftover,
): Promise<string | null> => {
  let logPath: string | null = null;
  if (kind === 'network') await unless([404], docker.getNetwork(id).remove());
  else if (kind === 'volume') await unless([404], docker.getVolume(id).remove());
  else {
    const container = docker.getContainer(id);
    await unless([404, 409], container.kill()); // waits for its end; 409: it does not run
    // A folder of another machine may have the same name here. One that was never started has said nothing.
    if (isServer(role) && state !== 'created' && ownerState !== 'elsewhere')
      logPath = await unless([404], saveLog(docker, id, folder, role)).catch((thrown: unknown) => {
        throw new Error(`it was stopped and still has its log, which could not be saved: ${dockerReason(thrown)}`);
      });
    await removeContainer(docker, id);
  }
  return logPath;
};

const isServer = (role: string): boolean => roles.some(one => one === role);
