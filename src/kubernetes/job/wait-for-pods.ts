import {setTimeout as delay} from 'node:timers/promises';
import type {V1Pod} from '@kubernetes/client-node';
import {CutoverError} from '../../errors.ts';
import {interruptionOf} from '../../runtimes/interruption.ts';
import type {Cluster} from '../connect.ts';
import type {Patience} from '../patience.ts';
import {eventsOf} from '../pod/look-at-pod.ts';
import {refusal} from '../refusal.ts';
import {logTail} from './log-tail.ts';
import {type PodState, podState, troubleOf} from './pod-state.ts';

export interface WaitOptions {
  readonly job: string;
  readonly shards: number;
  readonly patience: Patience;
  /** From one pod that runs to the next. */
  readonly limitMs: number;
  /** What keeps a pod from running by itself, such as a registry that is away, has so long to pass. */
  readonly stuckMs: number;
  readonly onLine: (line: string) => void;
  readonly signal: AbortSignal;
}

interface Seen {
  readonly index: number;
  readonly pod: V1Pod;
  readonly state: PodState;
}

const pollMs = 500;

/**
 * The names of a Job's pods in the order of their numbers, when all of them run. What they wait for is told as it changes.
 * Throws SHARDS_DID_NOT_START with the cluster's reason and the fix, KUBERNETES_REFUSED, KUBERNETES_UNREACHABLE or
 * INTERRUPTED.
 */
export const waitForPods = async (cluster: Cluster, options: WaitOptions): Promise<readonly string[]> => {
  const {job, shards, patience, limitMs, stuckMs, onLine, signal} = options;
  const startedMs = performance.now();
  let told: string | null = null;
  let toldMs = startedMs;
  let most = 0;
  let mostMs = startedMs;
  for (;;) {
    const seen = await look(cluster, job, patience, signal).catch((thrown: unknown) => {
      if (signal.aborted) throw interruptionOf(signal, "waiting for the load's pods");
      throw refusal(cluster, "the load's pods cannot be looked at", thrown);
    });
    const names = seen.filter(({state}) => state.kind === 'running').map(({pod}) => pod.metadata?.name ?? '');
    if (names.length === shards) return names;
    const nowMs = performance.now();
    const bad = seen.find(({state}) => state.kind === 'ended' || (state.kind === 'waiting' && state.hopeless));
    if (bad !== undefined) throw await didNotStart(cluster, options, bad);
    const stuck = seen.find(({state}) => state.kind === 'waiting' && state.why !== null);
    const why = stuck ? whyOf(stuck) : seen.length < shards ? await refusedPods(cluster, job, patience, signal) : null;
    if (names.length > most) {
      most = names.length;
      mostMs = nowMs;
    }
    if (troubleOf(why) !== told) {
      told = troubleOf(why);
      toldMs = nowMs;
      if (why !== null) onLine(`${names.length} of ${shards} pods of the load run: ${why}`);
    }
    // An autoscaler may still bring a machine; nobody brings a quota or an image.
    const inVain = why !== null && !/^Unschedulable/.test(why) && nowMs - toldMs > stuckMs;
    if (inVain || nowMs - mostMs > limitMs)
      throw new CutoverError(
        'SHARDS_DID_NOT_START',
        `${names.length} of ${shards} pods of the load run after ${Math.round((nowMs - startedMs) / 1000)} s: ${why ?? 'the cluster does not say why'}`,
        {hint: fixOf(why ?? '', cluster.namespace)},
      );
    await delay(pollMs, undefined, {signal}).catch(() => {
      throw interruptionOf(signal, "waiting for the load's pods");
    });
  }
};

const whyOf = ({state}: Seen): string => (state.kind === 'running' ? '' : (state.why ?? ''));

const indexOf = ({metadata}: V1Pod): number =>
  Number(metadata?.annotations?.['batch.kubernetes.io/job-completion-index'] ?? -1);

const look = async (
  cluster: Cluster,
  job: string,
  patience: Patience,
  signal: AbortSignal,
): Promise<readonly Seen[]> => {
  const {core, namespace} = cluster;
  const {items} = await patience.call(
    () => core.listNamespacedPod({namespace, labelSelector: `batch.kubernetes.io/job-name=${job}`}),
    signal,
  );
  const seen = await Promise.all(
    items.map(async pod => {
      const events = needsEvents(pod)
        ? await patience.call(() => eventsOf(cluster, pod.metadata?.name ?? ''), signal)
        : [];
      return {index: indexOf(pod), pod, state: podState(pod, events)};
    }),
  );
  return seen.toSorted((a, b) => a.index - b.index);
};

/** Of pods that have a machine and do not get on: what runs, or starts as it should, is not asked about each time. */
const needsEvents = ({status, metadata}: V1Pod): boolean => {
  const waiting = status?.containerStatuses?.[0]?.state?.waiting;
  const ageMs = Date.now() - new Date(metadata?.creationTimestamp ?? Date.now()).getTime();
  return status?.phase !== 'Running' && (waiting?.reason !== 'ContainerCreating' || ageMs > 5000);
};

/** Why the Job's controller makes no pods, such as a quota; null where it says nothing. */
const refusedPods = async (cluster: Cluster, job: string, patience: Patience, signal: AbortSignal) => {
  const events = await patience.call(() => eventsOf(cluster, job), signal);
  const failed = events.filter(({reason}) => reason === 'FailedCreate').at(-1);
  return failed?.message ?? null;
};

const didNotStart = async (
  cluster: Cluster,
  {shards}: WaitOptions,
  {index, pod, state}: Seen,
): Promise<CutoverError> => {
  const name = pod.metadata?.name ?? '';
  const why = state.kind === 'running' ? '' : (state.why ?? '');
  return new CutoverError(
    'SHARDS_DID_NOT_START',
    `shard ${index + 1} of ${shards} (pod ${name}) does not start: ${why}`,
    {
      hint: fixOf(why, cluster.namespace),
      logTail: state.kind === 'ended' ? await logTail(cluster, name) : [],
    },
  );
};

const fixes: readonly (readonly [RegExp, string])[] = [
  [
    /unauthorized|denied|authentication required/i,
    'Name the secret that holds the login: --pull-secret NAME (kubectl create secret docker-registry).',
  ],
  [
    /ErrImageNeverPull|InvalidImageName|ErrImagePull|ImagePullBackOff/,
    'Check --load-image: it must be where the nodes can pull it.',
  ],
  [
    /^Unschedulable/,
    'Ask for less (--shards, --shard-cpu, --shard-memory) or for other nodes (--shard-node-selector), or give the cluster more machines; where they come with the demand raise --shard-start-limit.',
  ],
  [/exceeded quota/, 'Ask for less (--shards, --shard-cpu, --shard-memory), or have the quota raised.'],
  [/security context constraint/i, 'OpenShift gives each namespace a user of its own: add --shard-user none.'],
  [/PodSecurity|forbidden/, 'Ask whoever runs the cluster what its admission asks of pods.'],
  [
    /runAsNonRoot|non-root/,
    'The image must name a user other than root by number: build it with npm run load-image, or name one with --shard-user.',
  ],
  [
    /exec format error|no such file or directory|not found in \$PATH/,
    'Check that --load-image was built with npm run load-image, for the kind of CPU that the nodes have.',
  ],
];

const fixOf = (why: string, namespace: string): string =>
  fixes.find(([sign]) => sign.test(why))?.[1] ?? `See kubectl -n ${namespace} describe pods and get events.`;
