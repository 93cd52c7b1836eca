import type {CoreV1Event, V1Pod} from '@kubernetes/client-node';
import {unlessStatus} from '../api-error.ts';
import type {Cluster} from '../connect.ts';
import {deletedText, type PodState, podState} from '../job/pod-state.ts';
import type {Patience} from '../patience.ts';

/** What the cluster said of something of this namespace; nothing where that may not be read. */
export const eventsOf = async ({core, namespace}: Cluster, name: string): Promise<readonly CoreV1Event[]> => {
  const found = await unlessStatus(
    [403, 404],
    core.listNamespacedEvent({namespace, fieldSelector: `involvedObject.name=${name}`}),
  );
  return found?.items ?? [];
};

/** How a pod is, with the cluster's words for what befell it. */
export const lookAtPod = async (
  cluster: Cluster,
  name: string,
  patience: Patience,
  signal: AbortSignal,
): Promise<PodState> => {
  const {core, namespace} = cluster;
  const [pod, events] = await patience.call(
    () => Promise.all([unlessStatus([404], core.readNamespacedPod({name, namespace})), eventsOf(cluster, name)]),
    signal,
  );
  return pod === null
    ? {kind: 'ended', why: deletedText(events), exitCode: null}
    : (withoutNode(pod) ?? podState(pod, events));
};

/** A pod of a node that is gone runs on in the cluster's books. */
const withoutNode = ({status, spec}: V1Pod): PodState | null => {
  const ready = status?.conditions?.find(({type}) => type === 'Ready');
  return status?.phase === 'Running' && ready?.status === 'Unknown'
    ? {kind: 'ended', why: `its node ${spec?.nodeName} is not heard of any more`, exitCode: null}
    : null;
};
