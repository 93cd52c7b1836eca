import type {V1Pod} from '@kubernetes/client-node';
import {CutoverError} from '../../errors.ts';
import {apiReason} from '../../kubernetes/api-error.ts';
import type {Cluster} from '../../kubernetes/connect.ts';
import type {Patience} from '../../kubernetes/patience.ts';
import {eventsOf} from '../../kubernetes/pod/look-at-pod.ts';
import type {Finding} from '../../schema/finding.ts';
import {limits} from '../../stats/limits.ts';
import type {StackWatch} from '../stack.ts';
import type {ForwardThread} from './forward-thread.ts';
import {restartsOf, serverNotSeen, serverRestarted} from './pod-restarts.ts';
import {type PodTarget, readPod} from './pod-target.ts';
import type {ServicePod} from './service-pods.ts';

export interface WatchedPod {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly target: PodTarget;
  readonly forward: Pick<ForwardThread, 'resetLag' | 'lagP99Ms'>;
  /** Takes note of a pod that was started anew or came in another's place, or ends the run for it. */
  meet(pod: V1Pod): Promise<void>;
  /** Without its secrets. */
  masked(text: string): string;
}

const lastEventOf = async (watched: WatchedPod, {name, uid}: ServicePod): Promise<string | null> => {
  const {cluster, namespace} = watched;
  const events = await eventsOf({...cluster, namespace}, name).catch(() => []);
  const last = events.filter(({involvedObject}) => involvedObject.uid === uid).at(-1);
  return last === undefined ? null : watched.masked([last.reason, last.message].join(': '));
};

const watchOne = async (watched: WatchedPod, patience: Patience): Promise<() => Promise<readonly string[]>> => {
  const {cluster, namespace, target} = watched;
  const pod = target.now;
  const look = () => patience.call(() => readPod(cluster, namespace, pod));
  const before = await look();
  if (before === null) {
    await target.look(); // the next trial is another pod's
    return async () => [`pod ${namespace}/${pod.name} was gone when the trial began`];
  }
  await patience.call(() => watched.meet(before));
  return async () => {
    const after = await look();
    const what = restartsOf(before, after, null);
    return what.length === 0 ? what : restartsOf(before, after, await lastEventOf(watched, pod));
  };
};

const becomeReady = async (watched: WatchedPod, patience: Patience): Promise<void> => {
  const pod = await watched.target.untilReady();
  await patience.call(() => watched.meet(pod));
};

/** As `client-lag`, of the thread that every byte passes through. What was not sampled is not known to be well. */
export const forwardLag = (lagMs: number | null): readonly Finding[] => {
  if (lagMs !== null && lagMs <= limits.lagP99Ms) return [];
  const what =
    lagMs === null
      ? 'Whether the port-forward was the bottleneck is not known: its event loop was not sampled'
      : `The port-forward was the bottleneck: its event loop lagged ${lagMs.toFixed(1)} ms at p99 (limit ${limits.lagP99Ms} ms)`;
  return [
    {
      ...{code: 'forward-lag', severity: 'void', message: `${what}, and its delay is in every latency`},
      hint:
        lagMs === null
          ? 'Measure for longer: it is sampled every 10 ms.'
          : 'Put the load on from inside the cluster (--load-on k8s), lower it, or stop other programs on this machine.',
    },
  ];
};

/** Looks at the pods now and once more at the end: their own counters tell what happened between. */
export const watchPods = async (pods: readonly WatchedPod[], patience: Patience): Promise<StackWatch> => {
  const unseen = (thrown: unknown): readonly Finding[] => {
    if (thrown instanceof CutoverError) throw thrown;
    return [serverNotSeen(apiReason(thrown))];
  };
  try {
    const ends = await Promise.all(pods.map(pod => watchOne(pod, patience)));
    return {
      begin() {
        for (const {forward} of pods) forward.resetLag();
      },
      async end() {
        try {
          const what = (await Promise.all(ends.map(end => end()))).flat();
          const lags = await Promise.all(pods.map(({forward}) => forward.lagP99Ms()));
          // What comes next is measured on a server that serves.
          if (what.length > 0) await Promise.all(pods.map(pod => becomeReady(pod, patience)));
          return [...(what.length === 0 ? [] : [serverRestarted(what)]), ...lags.flatMap(forwardLag)];
        } catch (thrown) {
          return unseen(thrown);
        }
      },
    };
  } catch (thrown) {
    const findings = unseen(thrown);
    return {begin() {}, end: async () => findings};
  }
};
