import {setTimeout as delay} from 'node:timers/promises';
import type {V1Pod, V1Service} from '@kubernetes/client-node';
import {CutoverError} from '../../errors.ts';
import {apiReason, isAway, unlessStatus} from '../../kubernetes/api-error.ts';
import type {Cluster} from '../../kubernetes/connect.ts';
import {interruptionOf} from '../interruption.ts';
import {containerOf} from './pod-facts.ts';
import {endingOf} from './pod-restarts.ts';
import {type ServiceAddress, serviceAddressText} from './service-address.ts';
import {podsOf, portOf, readyPodsOf, type ServicePod} from './service-pods.ts';

/** An address whose namespace is known. */
export type ServiceHere = ServiceAddress & {readonly namespace: string};

export interface FoundService {
  readonly service: V1Service;
  readonly port: ReturnType<typeof portOf>;
  readonly pods: readonly [ServicePod, ...ServicePod[]];
}

const slicesOf = async ({discovery}: Cluster, {namespace, service}: ServiceHere) => {
  const labelSelector = `kubernetes.io/service-name=${service}`;
  return (await discovery.listNamespacedEndpointSlice({namespace, labelSelector})).items;
};

/** The pods that a service leads to. Throws ENGINE_UNREACHABLE where it is not there, or leads to no pod that is ready. */
export const findService = async (cluster: Cluster, address: ServiceHere): Promise<FoundService> => {
  const {namespace, service: name} = address;
  const service = await unlessStatus([404], cluster.core.readNamespacedService({name, namespace}));
  if (service === null)
    throw new CutoverError(
      'ENGINE_UNREACHABLE',
      `There is no service ${name} in namespace ${namespace} of ${cluster.name}`,
      {hint: `kubectl get services --all-namespaces lists what there is; --kube-context names another cluster.`},
    );
  const port = portOf(service, address);
  return {service, port, pods: readyPodsOf(podsOf(await slicesOf(cluster, address), port), address)};
};

/** As it is now; null when it is gone, and another with its name is another. */
export const readPod = async ({core}: Cluster, namespace: string, pod: ServicePod): Promise<V1Pod | null> => {
  const found = await unlessStatus([404], core.readNamespacedPod({name: pod.name, namespace}));
  return found?.metadata?.uid === pod.uid ? found : null;
};

/** A pod that is to be deleted, or was ended by the node, serves nobody for long. */
const isGone = (pod: V1Pod | null): boolean =>
  pod === null ||
  pod.metadata?.deletionTimestamp !== undefined ||
  ['Failed', 'Succeeded'].includes(pod.status?.phase ?? '');

export interface PodTargetOptions {
  readonly cluster: Cluster;
  readonly address: ServiceHere;
  readonly first: FoundService;
  readonly onLine: (line: string) => void;
  readonly signal: AbortSignal;
  /** How long there may be no pod at all. */
  readonly graceMs?: number;
  /** How long a server may take to load its model. */
  readonly startMs?: number;
}

const usualStartMs = 600_000;
const pollMs = 500;

const isReady = (pod: V1Pod): boolean =>
  pod.status?.conditions?.some(({type, status}) => type === 'Ready' && status === 'True') ?? false;

/** The pod that requests go to: the same one as long as it is there, then another of the service's. */
export class PodTarget {
  readonly #options: PodTargetOptions;
  readonly #died = new AbortController();
  #now: ServicePod;
  #goneSinceMs: number | null = null;
  #looking: Promise<void> | null = null;

  constructor(options: PodTargetOptions) {
    this.#options = options;
    this.#now = options.first.pods[0];
  }

  get now(): ServicePod {
    return this.#now;
  }

  /** Aborted with ENGINE_DIED when the pod is gone, and no other has come in time. */
  get died(): AbortSignal {
    return this.#died.signal;
  }

  /**
   * After a connection that failed: whether the pod is still there. An API server that does not answer says nothing
   * of it. Rejects with ENGINE_DIED as `died` tells.
   */
  async look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null;
    });
    await this.#looking;
    this.#died.signal.throwIfAborted();
  }

  /**
   * Waits for a server that was started anew, as long as one may take to start, and gives its pod. Rejects as `look`, and
   * with INTERRUPTED.
   */
  async untilReady(): Promise<V1Pod> {
    const {cluster, address, signal, startMs = usualStartMs} = this.#options;
    const untilMs = performance.now() + startMs;
    for (;;) {
      if (signal.aborted) throw interruptionOf(signal, `waiting for ${serviceAddressText(address)} to be ready`);
      await this.look();
      const pod = await readPod(cluster, address.namespace, this.#now).catch(() => null); // an API server that is away
      if (pod !== null && isReady(pod) && !isGone(pod)) return pod;
      if (performance.now() > untilMs) this.lose(`it was started anew, and not ready within ${startMs / 1000} s`);
      await delay(pollMs, undefined, {signal}).catch(() => {});
    }
  }

  async #look(): Promise<void> {
    try {
      const pod = await readPod(this.#options.cluster, this.#options.address.namespace, this.#now);
      if (isGone(pod)) await this.#replace(pod);
      else this.#goneSinceMs = null;
    } catch (thrown) {
      if (!isAway(thrown)) this.lose(`it cannot be looked at: ${apiReason(thrown)}`);
    }
  }

  async #replace(gone: V1Pod | null): Promise<void> {
    const {cluster, address, first, onLine, graceMs = 60_000, startMs = usualStartMs} = this.#options;
    const {ready, unready} = podsOf(await slicesOf(cluster, address), first.port);
    const [other] = ready.filter(({uid}) => uid !== this.#now.uid);
    if (other !== undefined) {
      onLine(`Pod ${this.#now.name} is gone; requests go to ${other.name} from here on`);
      this.#now = other;
      this.#goneSinceMs = null;
      return;
    }
    this.#goneSinceMs ??= performance.now();
    const limitMs = unready > 0 ? startMs : graceMs;
    if (performance.now() - this.#goneSinceMs < limitMs) return;
    const container = gone === null ? null : containerOf(gone, this.#now.port);
    const ending = gone === null || container === null ? null : endingOf(gone, container.name);
    this.lose(`it is gone${ending === null ? '' : ` (${ending})`}, and no other was ready within ${limitMs / 1000} s`);
  }

  /** Requests do not come through any more, or not to the server that is measured: `died` tells. */
  lose(
    why: string,
    hint = `See why: kubectl -n ${this.#options.address.namespace} get events; its log until then is in the run's folder.`,
  ): void {
    const named = `${serviceAddressText(this.#options.address)}: pod ${this.#now.name}`;
    this.#died.abort(new CutoverError('ENGINE_DIED', `${named}: ${why}`, {hint}));
  }
}
