import type {ClusterChoice} from '../kubernetes/connect/choose-config.ts';
import type {Cluster} from '../kubernetes/connect.ts';
import type {Options} from '../options.ts';
import {isServiceAddress} from '../runtimes/kubernetes/service-address.ts';

interface ReachOptions {
  readonly options: Options;
  readonly interrupted: AbortSignal;
  /** What has the shards, in place of pods. */
  readonly openHosts?: unknown;
}

export const clusterChoice = (
  options: Pick<Options, 'kubeconfig' | 'kubeContext' | 'kubeNamespace'>,
): Required<ClusterChoice> => ({
  kubeconfig: options.kubeconfig,
  context: options.kubeContext,
  namespace: options.kubeNamespace,
});

/** Of all sides, the services of a cluster among what is attached to. */
export const attachedServices = ({attach, baselineAttach, candidateAttach}: Options): readonly string[] =>
  [...attach, ...baselineAttach, ...candidateAttach].map(({value}) => value).filter(isServiceAddress);

/** Which cluster is meant. Throws KUBERNETES_UNREACHABLE. */
export const clusterOf = async (options: Options, signal: AbortSignal): Promise<Cluster> => {
  const {connectKubernetes} = await import('../kubernetes/connect.ts'); // few runs need it
  return await connectKubernetes({...clusterChoice(options), signal});
};

/**
 * The cluster of a run's servers or of its load's pods, before anything is written for a run that cannot be; null where nothing of the run is
 * in one. Throws KUBERNETES_UNREACHABLE.
 */
export const reachCluster = async ({options, interrupted, openHosts}: ReachOptions): Promise<Cluster | null> => {
  const onPods = options.loadOn === 'k8s' && openHosts === undefined;
  if (!onPods && attachedServices(options).length === 0) return null;
  return await clusterOf(options, interrupted);
};
