import type {V1Pod} from '@kubernetes/client-node';
import {unlessStatus} from '../../kubernetes/api-error.ts';
import type {Cluster} from '../../kubernetes/connect.ts';
import {eventsOf as readEvents} from '../../kubernetes/pod/look-at-pod.ts';
import {refusal} from '../../kubernetes/refusal.ts';
import type {Finding} from '../../schema/finding.ts';
import type {KubernetesServer, Pod} from '../../schema/kubernetes.ts';
import {interruptionOf} from '../interruption.ts';
import {maskOf} from '../secrets.ts';
import type {RunningServer} from '../stack.ts';
import {measureForward} from './forward-cost.ts';
import {type ForwardThread, startForward} from './forward-thread.ts';
import type {PodContainer} from './pod-command.ts';
import {commandOf, containerOf, eventsOf, imageOf, nodeFacts, onlyNamed, podFacts} from './pod-facts.ts';
import {type FoundService, findService, PodTarget, readPod, type ServiceHere} from './pod-target.ts';
import {openPortStream} from './port-stream.ts';
import {serviceAddressText} from './service-address.ts';
import {insideUrlOf, type ServicePod} from './service-pods.ts';

export interface ServiceOptions {
  readonly cluster: Cluster;
  readonly address: ServiceHere;
  readonly signal: AbortSignal;
  readonly onLine: (line: string) => void;
}

/** Of the project: the least that whoever attaches may do. */
const attachRole = 'docker/kubernetes/attach-role.yaml';

type PodRead = {readonly pod: V1Pod; readonly container: NonNullable<ReturnType<typeof containerOf>>};

/** A service of a cluster with a port here that leads to it. Disposing of it closes the port. */
export class AttachedService implements AsyncDisposable {
  readonly name: string;
  readonly target: PodTarget;
  readonly #options: ServiceOptions;
  readonly #found: FoundService;
  readonly #read: PodRead;
  readonly forward: ForwardThread;
  readonly #sinceMs = Date.now();

  constructor(options: ServiceOptions, found: FoundService, read: PodRead, target: PodTarget, forward: ForwardThread) {
    this.name = serviceAddressText(options.address);
    this.#options = options;
    this.#found = found;
    this.#read = read;
    this.target = target;
    this.forward = forward;
  }

  /** Throws ENGINE_UNREACHABLE where the service does not lead to a pod, KUBERNETES_… where it may not be asked. */
  static async open(options: ServiceOptions): Promise<AttachedService> {
    const {cluster, address, signal} = options;
    const {namespace} = address;
    try {
      const found = await findService(cluster, address);
      const [first] = found.pods;
      const pod = await readPod(cluster, namespace, first);
      const container = pod && containerOf(pod, first.port);
      if (pod === null || container === null) throw new Error(`pod ${first.name} went as it was found`);
      // What is refused would be refused to every connection, each of which would wait for better times.
      (await openPortStream(cluster.config, {namespace, pod: first.name, port: first.port})).destroy();
      const target = new PodTarget({...options, first: found});
      const to = () => ({namespace, pod: target.now.name, port: target.now.port});
      const forward = await startForward({
        ...{config: cluster.config, to, look: () => target.look()},
        onEnd: why => target.lose(`the port-forward broke down: ${why}`),
      });
      return new AttachedService(options, found, {pod, container}, target, forward);
    } catch (thrown) {
      if (signal.aborted) throw interruptionOf(signal, `looking for ${serviceAddressText(address)}`);
      throw refusal(
        {...cluster, namespace},
        `${serviceAddressText(address)} cannot be attached to`,
        thrown,
        attachRole,
      );
    }
  }

  /** The port here. */
  get url(): string {
    return `http://127.0.0.1:${this.forward.port}`;
  }

  get namespace(): string {
    return this.#options.address.namespace;
  }

  get cluster(): Cluster {
    return this.#options.cluster;
  }

  /** Of the pod that requests go to now. */
  get place(): PodContainer {
    return {namespace: this.namespace, pod: this.target.now.name, container: this.#read.container.name};
  }

  /** What the record keeps, the forward's cost measured now. Rejects when the server does not answer. */
  async describe(): Promise<Pick<RunningServer, 'command' | 'container' | 'insideUrl' | 'kubernetes'>> {
    const {cluster, signal} = this.#options;
    const {service, port, pods} = this.#found;
    const {pod, container} = this.#read;
    const [{ip, port: podPort}] = pods;
    const insideUrl = insideUrlOf(service, port, pods);
    const facts = (await Promise.all(pods.map(one => this.#podFacts(one)))).filter(one => one !== null);
    const {config} = cluster;
    const forward = await measureForward({config, url: this.url, place: this.place, ip, port: podPort, signal});
    const command = commandOf(container);
    const environment = Object.fromEntries((container.env ?? []).map(({name, value}) => [name, value]));
    const kubernetes: KubernetesServer = {
      ...{namespace: this.namespace, service: service.metadata?.name ?? '', port: port.port},
      ...{insideUrl, pods: facts, forward},
    };
    return {
      command: command && maskOf(command, environment).words(command),
      container: imageOf(pod, container),
      insideUrl,
      kubernetes,
    };
  }

  async #podFacts(one: ServicePod): Promise<Pod | null> {
    const {cluster} = this.#options;
    const pod = await readPod(cluster, this.namespace, one);
    const container = pod && containerOf(pod, one.port);
    if (pod === null || container === null) return null; // it went meanwhile
    const name = pod.spec?.nodeName;
    const node = name === undefined ? null : await unlessStatus([403, 404], cluster.core.readNode({name}));
    const known = node === null ? null : nodeFacts(node);
    return podFacts(pod, container, known ?? (name === undefined ? null : onlyNamed(name)), await this.#events(one));
  }

  async #events({name, uid}: ServicePod) {
    const events = await readEvents({...this.#options.cluster, namespace: this.namespace}, name);
    return events.filter(({involvedObject}) => involvedObject.uid === uid);
  }

  /** What the cluster warned of since, and what a reader must know of the service. */
  async findings(): Promise<readonly Finding[]> {
    const [first, ...others] = this.#found.pods;
    const several: Finding = {
      code: 'several-pods',
      severity: 'note',
      message: `${this.name} has ${others.length + 1} pods that are ready; every request went to ${first.name}`,
      hint: 'A prefix cache is emptied, and a pod watched, one at a time: measure a service of one pod, or attach to a router in front of several.',
    };
    const events = eventsOf(await this.#events(this.target.now).catch(() => []));
    const since = new Date(this.#sinceMs).toISOString();
    const warnings = events.filter(({type, lastAt}) => type === 'Warning' && lastAt !== null && lastAt > since);
    const warned: Finding = {
      code: 'pod-events',
      severity: 'warning',
      message: `The cluster warned of pod ${this.target.now.name}: ${warnings.map(({reason, message}) => `${reason}: ${message}`).join('; ')}`,
      hint: null,
    };
    return [...(others.length > 0 ? [several] : []), ...(warnings.length > 0 ? [warned] : [])];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.forward[Symbol.asyncDispose]();
  }
}
