import type {Cluster} from '../kubernetes/connect.ts';
import type {ShardJob} from '../kubernetes/shard-job.ts';
import type {ShardGround} from '../load/shards/ground.ts';
import type {OpenShardsOptions} from '../load/shards/open-shards.ts';
import {defaultShards} from '../load/shards/share-of-load.ts';
import type {Options} from '../options.ts';
import type {Terminal} from '../terminal.ts';

interface PodsOptions {
  readonly options: Options;
  readonly runId: string;
  /** The run's: gets the samples on their way, and is named at the pods for whoever cleans up after it. */
  readonly folder: string;
  readonly note: Terminal['note'];
  readonly signal: AbortSignal;
}

/** Which cluster is meant. Throws KUBERNETES_UNREACHABLE. */
export const clusterOf = async (
  {kubeconfig, kubeContext: context, kubeNamespace: namespace}: Options,
  signal: AbortSignal,
): Promise<Cluster> => {
  const {connectKubernetes} = await import('../kubernetes/connect.ts');
  return await connectKubernetes({kubeconfig, context, namespace, signal});
};

/** The pods that are asked for, when they run. */
export const podsStarted = async (
  cluster: Cluster,
  {options, runId, folder, note, signal, lifetimeS}: PodsOptions & {readonly lifetimeS?: number},
): Promise<ShardJob> => {
  const {startShardJob} = await import('../kubernetes/shard-job.ts');
  const {shards, loadImage, pullSecret} = options;
  if (loadImage === null) throw new TypeError('contradictions.ts lets no load on pods pass without an image');
  const count = shards ?? defaultShards;
  note(`Starting ${count} load pods in namespace ${cluster.namespace} of ${cluster.name}`);
  return await startShardJob({
    ...{cluster, runId, folder, shards: count, image: loadImage, pullSecrets: pullSecret},
    ...(options.shardCpu !== null && {cpu: options.shardCpu}),
    ...(options.shardMemory !== null && {memory: options.shardMemory}),
    ...(lifetimeS !== undefined && {lifetimeS}),
    ...{onLine: note, signal},
  });
};

/** Connects to the cluster; the pods start with the first load. */
const podsOf = async (given: PodsOptions): Promise<OpenShardsOptions['openHosts']> => {
  const cluster = await clusterOf(given.options, given.signal);
  return async signal => await podsStarted(cluster, {...given, signal});
};

/**
 * What --load-on k8s asks for: the same pods for all loads of a run, which are gone when `opened` is disposed of. Null where the load comes
 * from here. Throws KUBERNETES_UNREACHABLE.
 */
export const loadFromPods = async (
  {
    openHosts,
    ...given
  }: PodsOptions & {
    /** What has the shards, in place of pods. */
    readonly openHosts?: OpenShardsOptions['openHosts'] | undefined;
  },
  opened: AsyncDisposableStack,
): Promise<ShardGround | null> => {
  const {options, note, folder} = given;
  if (options.loadOn !== 'k8s') return null;
  const {workers} = options;
  const {loadFromShards} = await import('../load/shards/ground.ts'); // few runs need it
  return opened.use(loadFromShards({workers, folder, note, openHosts: openHosts ?? (await podsOf(given))}));
};
