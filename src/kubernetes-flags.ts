import {many, once, withDefault} from './flag.ts';
import {Mistake, numeric, oneOf, type ReadValue, text, whole} from './option-values.ts';

/** What attaches to servers or puts a load on them. */
const reaching = ['bench', 'decide', 'rehearse', 'up', 'clean'] as const;
const loading = ['bench', 'decide', 'rehearse'] as const;

/** A quantity as Kubernetes writes it: `2`, `500m`, `4Gi`. */
const quantity =
  (example: string): ReadValue<string> =>
  given => {
    if (/^\d+(\.\d+)?(m|k|Ki|M|Mi|G|Gi|T|Ti)?$/.test(given)) return given;
    throw new Mistake(`must be a quantity of Kubernetes, got ${JSON.stringify(given)}`, `Write for example ${example}`);
  };

/** Of a node: `pool=load`, or `node-role.kubernetes.io/load=` with an empty value. */
const label: ReadValue<readonly [key: string, value: string]> = given => {
  const [, key, value] = /^((?:[a-z0-9][-a-z0-9.]*\/)?[A-Za-z0-9][-\w.]*)=([-\w.]*)$/.exec(given) ?? [];
  if (key !== undefined && value !== undefined) return [key, value];
  throw new Mistake(
    `must be a label of nodes, key=value, got ${JSON.stringify(given)}`,
    'Write for example --shard-node-selector pool=load; kubectl get nodes --show-labels lists them',
  );
};

/** Not 0: the pods are none of root's. */
const user: ReadValue<number | 'none'> = given =>
  given.toLowerCase() === 'none'
    ? 'none'
    : whole({min: 1, max: 2 ** 31 - 1, example: '--shard-user 1000, or none'})(given);

/** Where a load comes from, and which cluster is meant. */
export const kubernetesFlags = {
  loadOn: withDefault('where', oneOf(['here', 'k8s'], 'Write k8s, or here for this machine'), {
    on: loading,
    help: 'Where the load comes from: here, this machine; or k8s, pods of a Kubernetes Job, one for each of --shards. The servers must be such as pods can reach, k8s://namespace/service:port or an address that is no loopback; of rehearse it is the gateway alone: --gateway-address',
    default: 'here',
  }),
  shards: once('n', whole({min: 1, max: 10_000, example: '--shards 8'}), {
    on: loading,
    help: 'With --load-on k8s: so many pods share each load; --workers of bench is then the threads of each. 2 when left out',
  }),
  loadImage: once('image', text('--load-image registry.example.com/cutover-load:0.1.0-HASH'), {
    on: loading,
    help: 'With --load-on k8s: the image of the load pods: the second name that npm run load-image prints, as the cluster pulls it',
  }),
  pullSecret: many('name', text('--pull-secret registry-key'), {
    on: loading,
    help: 'With --load-on k8s: a secret of the namespace by which the image is pulled',
  }),
  shardCpu: once('quantity', quantity('--shard-cpu 2'), {
    on: loading,
    help: 'With --load-on k8s: CPU of each load pod, asked for and its limit, as Kubernetes writes it: 2, 500m',
  }),
  shardMemory: once('quantity', quantity('--shard-memory 2Gi'), {
    on: loading,
    help: 'With --load-on k8s: memory of each load pod, asked for and its limit: 2Gi',
  }),
  shardNodeSelector: many('key=value', label, {
    on: loading,
    help: 'With --load-on k8s: load pods run on nodes with this label only, with all of them where it is given several times',
  }),
  shardUser: once('uid|none', user, {
    on: loading,
    help: 'With --load-on k8s: the number of the user that load pods run as, 65532 when left out; none leaves it to the cluster, as OpenShift wants it',
  }),
  shardStartLimit: once('seconds', numeric({min: 1, max: 86_400, example: '--shard-start-limit 900'}), {
    on: loading,
    help: 'With --load-on k8s: from one load pod that runs to the next so long may pass, 300 when left out; more where nodes come with the demand',
  }),
  kubeconfig: once('file', text('--kubeconfig ~/.kube/config'), {
    on: reaching,
    help: "The cluster's kubeconfig. KUBECONFIG, ~/.kube/config or the pod's own account when left out",
  }),
  kubeContext: once('name', text('--kube-context production'), {
    on: reaching,
    help: 'Context of the kubeconfig; its current one when left out',
  }),
  kubeNamespace: once('name', text('--kube-namespace load-tests'), {
    on: reaching,
    help: "Namespace of the load pods, and of k8s:///service:port. The context's when left out",
  }),
} as const;
