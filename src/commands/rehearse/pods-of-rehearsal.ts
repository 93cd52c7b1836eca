import type {Cluster} from '../../kubernetes/connect.ts';
import type {ShardJob} from '../../kubernetes/shard-job.ts';
import type {Options} from '../../options.ts';
import type {LoadPods, OpenPods} from '../../rehearsal/load-pods.ts';
import type {Rehearsal} from '../../schema/rehearsal.ts';
import {podsStarted} from '../load-from-pods.ts';
import {clusterOf} from '../reach-cluster.ts';
import type {RehearseContext} from './rehearse-context.ts';

/** For the stages beside the watch. */
const besideWatchS = 24 * 3600;

interface PodsOfRehearsal {
  readonly rehearsal: Pick<Rehearsal, 'rehearsalId' | 'plan'>;
  /** The rehearsal's. */
  readonly folder: string;
  readonly options: Options;
}

/** What --load-on k8s asks for; null where the load comes from here. */
export const podsOfRehearsal = (
  {rehearsal: {rehearsalId: runId, plan}, folder, options}: PodsOfRehearsal,
  {terminal: {note}, interrupted}: Pick<RehearseContext, 'terminal' | 'interrupted'>,
): LoadPods | null => {
  const {loadImage: image, gatewayAddress} = options;
  if (options.loadOn !== 'k8s' || image === null || gatewayAddress === null) return null;
  let connecting: Promise<Cluster> | null = null;
  const connected = (): Promise<Cluster> => {
    connecting ??= clusterOf(options, interrupted).catch((thrown: unknown) => {
      connecting = null; // it may be there the next time
      throw thrown;
    });
    return connecting;
  };
  const openPods = (
    {namespace}: Cluster,
    {name: job, hosts, leave, [Symbol.asyncDispose]: dispose}: ShardJob,
  ): OpenPods => ({
    ...{hosts, namespace, job, leave},
    [Symbol.asyncDispose]: dispose,
  });
  return {
    ...{image, gatewayAddress},
    cluster: async () => (await connected()).name,
    async open(signal) {
      const cluster = await connected();
      // They outlive this program, and are to outlive what is planned: their load ends by itself when nobody is there.
      const lifetimeS = Math.ceil(plan.watchSeconds) + besideWatchS;
      return openPods(cluster, await podsStarted(cluster, {options, runId, folder, note, signal, lifetimeS}));
    },
    async again({namespace, job: name, program: version, shards}) {
      const {adoptShardJob} = await import('../../kubernetes/shard-job.ts');
      const cluster = {...(await connected()), namespace};
      const pods = shards.map(({pod}) => pod);
      return openPods(cluster, adoptShardJob({cluster, name, pods, version, onLine: note}));
    },
    async removeStrays() {
      const {findJobs, removeJobs} = await import('../../kubernetes/ownership/leftovers.ts');
      const cluster = await connected();
      const own = (await findJobs(cluster, {everywhere: false})).filter(found => found.runId === runId);
      for (const line of await removeJobs(cluster, own, {signal: interrupted, onLine: note}))
        note(`${line}. Remove it: npm run clean -- --kube-namespace ${cluster.namespace}`);
    },
  };
};
