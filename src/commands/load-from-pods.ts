import {reasonOf} from '../errors.ts';
import type {Cluster} from '../kubernetes/connect.ts';
import type {ShardJob} from '../kubernetes/shard-job.ts';
import type {ShardGround} from '../load/shards/ground.ts';
import type {OpenShardsOptions} from '../load/shards/open-shards.ts';
import {defaultShards} from '../load/shards/share-of-load.ts';
import type {Options} from '../options.ts';
import type {Terminal} from '../terminal.ts';
import {attachedServices} from './reach-cluster.ts';

interface PodsOptions {
  readonly options: Options;
  readonly runId: string;
  /** The run's: gets the samples on their way, and is named at the pods for whoever cleans up after it. */
  readonly folder: string;
  readonly note: Terminal['note'];
}

interface LoadOptions extends PodsOptions {
  /** Where the pods shall be; null where the load comes from elsewhere. */
  readonly cluster: Cluster | null;
  /** What has the shards, in place of pods. */
  readonly openHosts?: OpenShardsOptions['openHosts'] | undefined;
}

/** Load on a server's own node takes cores and memory from it. A wish that cannot be told is no reason to measure nothing. */
const nodesToAvoid = async (cluster: Cluster, options: Options, note: Terminal['note']): Promise<readonly string[]> => {
  const {nodesOfServices} = await import('../runtimes/kubernetes/service-nodes.ts');
  return await nodesOfServices(cluster, attachedServices(options)).catch((thrown: unknown) => {
    note(`Load pods may come to be on a server's node, which is not known: ${reasonOf(thrown)}`);
    return [];
  });
};

/** The pods that are asked for, when they run. */
export const podsStarted = async (
  cluster: Cluster,
  {
    options,
    runId,
    folder,
    note,
    signal,
    lifetimeS,
  }: PodsOptions & {readonly signal: AbortSignal; readonly lifetimeS?: number},
): Promise<ShardJob> => {
  const {startShardJob} = await import('../kubernetes/shard-job.ts');
  const {shards, loadImage, pullSecret, shardCpu, shardMemory, shardNodeSelector, shardUser, shardStartLimit} = options;
  if (loadImage === null) throw new TypeError('contradictions.ts lets no load on pods pass without an image');
  const count = shards ?? defaultShards;
  const avoidNodes = await nodesToAvoid(cluster, options, note);
  const away = avoidNodes.length === 0 ? '' : `, away from ${avoidNodes.join(', ')} where there is room elsewhere`;
  note(`Starting ${count} load pods in namespace ${cluster.namespace} of ${cluster.name}${away}`);
  return await startShardJob({
    ...{cluster, runId, folder, shards: count, image: loadImage, pullSecrets: pullSecret},
    ...(shardCpu !== null && {cpu: shardCpu}),
    ...(shardMemory !== null && {memory: shardMemory}),
    ...(shardUser !== null && {user: shardUser === 'none' ? null : shardUser}),
    ...(shardStartLimit !== null && {startLimitMs: shardStartLimit * 1000}),
    ...(lifetimeS !== undefined && {lifetimeS}),
    ...{avoidNodes, nodeSelector: Object.fromEntries(shardNodeSelector)},
    ...{onLine: note, signal},
  });
};

/**
 * What --load-on k8s asks for: the same pods for all loads of a run, which start with the first of them and are gone when `opened` is
 * disposed of. Null where the load comes from here.
 */
export const loadFromPods = async (
  {cluster, openHosts, ...given}: LoadOptions,
  opened: AsyncDisposableStack,
): Promise<ShardGround | null> => {
  const {options, note, folder} = given;
  if (options.loadOn !== 'k8s') return null;
  const {workers} = options;
  const openPods: OpenShardsOptions['openHosts'] = async signal => {
    if (cluster === null) throw new TypeError('reach-cluster.ts lets no load on pods pass without a cluster');
    return await podsStarted(cluster, {...given, signal});
  };
  const {loadFromShards} = await import('../load/shards/ground.ts'); // few runs need it
  return opened.use(loadFromShards({workers, folder, note, openHosts: openHosts ?? openPods}));
};
