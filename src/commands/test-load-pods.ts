import {randomBytes} from 'node:crypto';
import {join} from 'node:path';
import {execa} from 'execa';
import {vi} from 'vitest';
import {fetchText} from '../http/fetch-text.ts';
import {type Cluster, connectKubernetes} from '../kubernetes/connect.ts';
import {projectRoot} from '../root.ts';

/** As `npm run load-image` names it, and .ci/kubernetes imports it. */
export const loadImage = 'cutover-load:0.1.0';

const app = {app: 'sglang'};
const port = 30_000;
export const patience = {timeout: 120_000, interval: 100};

/** A namespace with the simulated engine, out of the image for load, in a pod behind a service; gone when it is disposed of. */
export interface ServedNamespace extends AsyncDisposable {
  readonly cluster: Cluster;
  readonly namespace: string;
  /** Of the service, as pods and this machine, which is the node, reach it. */
  readonly url: string;
  /** What `bench` is told to put its load on the service from so many pods. */
  fromPods(shards: number): readonly string[];
  /** Requests that the engine is working on. */
  running(): Promise<number>;
  /** Everything but the engine's pod and service. */
  others(): Promise<readonly string[]>;
  /** Names of the pods that put load on it. */
  loadPods(): Promise<readonly string[]>;
}

export const serveNamespace = async (...words: readonly string[]): Promise<ServedNamespace> => {
  const namespace = `e-${randomBytes(4).toString('hex')}`;
  const cluster = await connectKubernetes({namespace});
  const {core, batch} = cluster;
  await core.createNamespace({body: {metadata: {name: namespace}}});
  const container = {
    ...{name: 'engine', image: loadImage, imagePullPolicy: 'Never'},
    args: ['simulate', '--engine', 'sglang', '--host', '0.0.0.0', '--port', String(port), ...words],
    // Not by a request: a busy engine may be late with its answer, and is ready all the same.
    readinessProbe: {tcpSocket: {port}, periodSeconds: 1},
  };
  const spec = {automountServiceAccountToken: false, terminationGracePeriodSeconds: 1, containers: [container]};
  await core.createNamespacedPod({namespace, body: {metadata: {name: 'sglang', labels: app}, spec}});
  const {spec: service} = await core.createNamespacedService({
    namespace,
    body: {metadata: {name: 'sglang'}, spec: {selector: app, ports: [{port}]}},
  });
  const url = `http://${service?.clusterIP}:${port}`;
  await vi.waitUntil(async () => {
    const health = await fetchText(`${url}/health`, {timeoutMs: 1000}).catch(() => null);
    return health?.status === 200;
  }, patience);
  const pods = async () => (await core.listNamespacedPod({namespace})).items.map(({metadata}) => metadata?.name ?? '');
  return {
    ...{cluster, namespace, url},
    fromPods: shards => [
      ...['--engine', 'sglang', '--attach', `k8s://${namespace}/sglang:${port}`, '--kube-namespace', namespace],
      ...['--load-on', 'k8s', '--shards', String(shards), '--load-image', loadImage],
      // Eight of them and the engine share this machine's two cores.
      ...['--shard-cpu', '100m', '--shard-memory', '256Mi', '--format', 'markdown'],
    ],
    async running() {
      const {body} = await fetchText(`${url}/metrics`, {timeoutMs: 10_000});
      return Number(/^sglang:num_running_reqs\S* (\d+)/m.exec(body)?.[1] ?? 0);
    },
    async others() {
      const jobs = (await batch.listNamespacedJob({namespace})).items.map(({metadata}) => metadata?.name ?? '');
      return [...jobs, ...(await pods())].filter(name => name !== 'sglang');
    },
    loadPods: async () => (await pods()).filter(name => name !== 'sglang'),
    async [Symbol.asyncDispose]() {
      await core.deleteNamespace({name: namespace});
    },
  };
};

/** Kills a part of the node (apiserver, kubelet) and starts it again. */
export const restart = async (part: 'apiserver' | 'kubelet'): Promise<void> => {
  await execa(join(projectRoot, '.ci/kubebox/up.sh'), ['restart', part], {stdin: 'ignore'});
};
