import {CutoverError, reasonOf} from '../errors.ts';
import type {ProgramVersion} from '../load/shards/program-version.ts';
import type {LastingHost} from '../load/shards/shard-host.ts';
import {thisOwner} from '../runtimes/docker/ownership/owner.ts';
import {interruptionOf} from '../runtimes/interruption.ts';
import {statusOf} from './api-error.ts';
import type {Cluster} from './connect.ts';
import {jobManifest, jobName, type ManifestOptions, shardProgram} from './job/manifest.ts';
import {removeJob} from './job/remove-job.ts';
import {waitForPods} from './job/wait-for-pods.ts';
import {marksOf} from './ownership/labels.ts';
import {Patience} from './patience.ts';
import {PodHost} from './pod/pod-host.ts';
import {refusal} from './refusal.ts';

export interface ShardJobOptions {
  readonly cluster: Cluster;
  readonly runId: string;
  /** The run's, on this machine. */
  readonly folder: string;
  readonly shards: number;
  readonly image: string;
  readonly pullPolicy?: ManifestOptions['pullPolicy'];
  readonly pullSecrets?: readonly string[];
  /** Of each pod, asked for and the limit, as Kubernetes writes quantities. */
  readonly cpu?: string;
  readonly memory?: string;
  /** A number whom the pods run as; null leaves it to the image and the cluster, as OpenShift wants it. */
  readonly user?: number | null;
  /** Labels that a pod's node must have. */
  readonly nodeSelector?: Readonly<Record<string, string>>;
  /** Nodes on which no pod shall run that finds room elsewhere. */
  readonly avoidNodes?: readonly string[];
  /** After so long the cluster ends the pods, should this program be gone. */
  readonly lifetimeS?: number;
  /** How the image's program is run. */
  readonly program?: readonly string[];
  /** From one pod that runs to the next, until all do. */
  readonly startLimitMs?: number;
  readonly stuckMs?: number;
  /** One line for the user: what pods wait for, an API server that is away. */
  readonly onLine: (line: string) => void;
  /** Ends the start; what is up is ended by disposing of it. */
  readonly signal: AbortSignal;
}

/**
 * A Job with its pods, in the order of their numbers. Disposing removes it and waits until its pods are gone, or throws LEFT_BEHIND;
 * `leave` lets them be, and nothing more is heard of them.
 */
export interface ShardJob extends AsyncDisposable {
  readonly hosts: readonly LastingHost[];
  readonly name: string;
  leave(): void;
}

interface JobOptions extends Pick<ShardJobOptions, 'cluster' | 'program'> {
  readonly name: string;
  readonly pods: readonly string[];
  /** Of the program that they were started with; this one's where it is left out. */
  readonly version?: ProgramVersion | undefined;
  readonly patience: Patience;
}

const shardJob = ({cluster, name, pods, version, patience, program = shardProgram}: JobOptions): ShardJob => {
  const left = new AbortController();
  const {signal} = left;
  const titleOf = (index: number) => `shard ${index + 1} of ${pods.length}`;
  return {
    name,
    hosts: pods.map(
      (pod, index) => new PodHost({cluster, pod, title: titleOf(index), program, version, patience, signal}),
    ),
    leave: () => left.abort(),
    async [Symbol.asyncDispose]() {
      left.abort();
      await removeJob(cluster, name, {patience});
    },
  };
};

/** A Job that another process had started, with the pods that it had then: one that is gone since is lost. */
export const adoptShardJob = ({
  onLine,
  ...job
}: Omit<JobOptions, 'patience'> & Pick<ShardJobOptions, 'onLine'>): ShardJob =>
  shardJob({...job, patience: new Patience(job.cluster, {onLine})});

/**
 * Starts one pod for each shard, as an Indexed Job, and resolves when all run; a start that fails leaves nothing. Throws
 * SHARDS_DID_NOT_START, KUBERNETES_REFUSED, KUBERNETES_UNREACHABLE or INTERRUPTED, each with the cluster's words; their
 * hosts throw SHARD_LOST.
 */
export const startShardJob = async ({
  cluster,
  runId,
  folder,
  shards,
  image,
  pullPolicy,
  pullSecrets = [],
  cpu = '1',
  memory = '1Gi',
  user = 65_532,
  nodeSelector = {},
  avoidNodes = [],
  lifetimeS = 24 * 3600,
  program = shardProgram,
  startLimitMs = 300_000,
  stuckMs = 30_000,
  onLine,
  signal,
}: ShardJobOptions): Promise<ShardJob> => {
  assertNewEnough(cluster);
  const patience = new Patience(cluster, {onLine});
  const name = jobName(runId, Math.random());
  const marks = marksOf({runId, role: 'load', folder, owner: thisOwner()});
  const body = jobManifest({
    ...{name, marks, shards, image, pullPolicy, pullSecrets, cpu, memory, user, nodeSelector, avoidNodes},
    ...{lifetimeS, program},
  });
  await create(cluster, body, patience, signal);
  try {
    const pods = await waitForPods(cluster, {
      ...{job: name, shards, patience, limitMs: startLimitMs, stuckMs, onLine, signal},
    });
    return shardJob({cluster, name, pods, patience, program});
  } catch (thrown) {
    // Why it did not start is what the user must know; that it stays too is said beside it.
    await removeJob(cluster, name, {patience}).catch((left: unknown) => onLine(reasonOf(left)));
    throw thrown;
  }
};

/** The first whose pods' streams can be half closed, and that counts failures for each index. */
const oldestMinor = 30;

const assertNewEnough = ({name, version}: Cluster): void => {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version ?? '') ?? [];
  if (major === undefined || Number(major) > 1 || Number(minor) >= oldestMinor) return;
  throw new CutoverError('KUBERNETES_REFUSED', `Kubernetes ${version} at ${name} is too old for the load's pods`, {
    hint: `They need 1.${oldestMinor} or later. Load from here instead (--load-on here), or by hand with --shard.`,
  });
};

const create = async (
  cluster: Cluster,
  body: ReturnType<typeof jobManifest>,
  patience: Patience,
  signal: AbortSignal,
): Promise<void> => {
  const {batch, namespace} = cluster;
  try {
    signal.throwIfAborted();
    let tried = false;
    await patience.call(async () => {
      try {
        await batch.createNamespacedJob({namespace, body});
      } catch (thrown) {
        // The name is nobody else's: an earlier try arrived whose answer did not.
        if (!(tried && statusOf(thrown) === 409)) throw thrown;
      } finally {
        tried = true;
      }
    }, signal);
  } catch (thrown) {
    // A request whose answer did not come may have been done.
    if (statusOf(thrown) === null)
      await removeJob(cluster, body.metadata?.name ?? '', {
        patience: new Patience(cluster, {limitMs: 0, onLine: () => {}}),
      }).catch(() => {});
    if (signal.aborted) throw interruptionOf(signal, "starting the load's pods");
    throw refusal(cluster, "the load's Job cannot be made", thrown);
  }
};
