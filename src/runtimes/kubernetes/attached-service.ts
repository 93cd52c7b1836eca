import type {V1Pod} from '@kubernetes/client-node';
import {unlessStatus} from '../../kubernetes/api-error.ts';
import type {Cluster} from '../../kubernetes/connect.ts';
import type {PodContainer} from '../../kubernetes/pod/exec.ts';
import {eventsOf as readEvents} from '../../kubernetes/pod/look-at-pod.ts';
import {refusal} from '../../kubernetes/refusal.ts';
import type {Finding} from '../../schema/finding.ts';
import type {KubernetesServer, Pod} from '../../schema/kubernetes.ts';
import {interruptionOf} from '../interruption.ts';
import type {RunningServer} from '../stack.ts';
import {measureForward} from './forward-cost.ts';
import {type ForwardThread, startForward} from './forward-thread.ts';
import {commandOf, containerOf, eventsOf, imageOf, nodeFacts, onlyNamed, podFacts} from './pod-facts.ts';
import {changesOf, type PodIdentity} from './pod-identity.ts';
import {podMask} from './pod-mask.ts';
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

const identityOf = ({pod, container}: PodRead, facts: Pod | null): PodIdentity => {
  const command = commandOf(container);
  return {
    container: imageOf(pod, container),
    command: command && podMask(container).words(command),
    pod: facts,
  };
};

/** One life of a container: another one has another id. */
const runOf = ({pod, container: {name}}: PodRead): string => {
  const status = pod.status?.containerStatuses?.find(one => one.name === name);
  return `${pod.metadata?.uid} ${status?.containerID}`;
};

/** A service of a cluster with a port here that leads to it. Disposing of it closes the port. */
export class AttachedService implements AsyncDisposable {
  readonly name: string;
  readonly target: PodTarget;
  readonly #options: ServiceOptions;
  readonly #found: FoundService;
  #read: PodRead;
  #described: {readonly identity: PodIdentity; readonly kubernetes: KubernetesServer} | null = null;
  /** Of the pods that took another's place since, in their order. */
  readonly #replacements: string[] = [];
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

  /** Where what the pod writes now is found, and how its secrets are kept out of it. */
  async logSource(): Promise<PodContainer & {readonly mask: (text: string) => string}> {
    const {pod, container} = await this.#readNow();
    const {name = ''} = pod.metadata ?? {};
    return {namespace: this.namespace, pod: name, container: container.name, mask: podMask(container).text};
  }

  masked(text: string): string {
    return podMask(this.#read.container).text(text);
  }

  /** A server that was attached to through this service, as it is now. */
  serverOf(server: RunningServer): RunningServer {
    const {target} = this;
    if (this.#described === null) return server;
    const {identity, kubernetes} = this.#described;
    return {
      ...server,
      command: identity.command,
      container: identity.container,
      kubernetes,
      get insideUrl() {
        return insideUrlOf(target.now);
      },
    };
  }

  /** Reads what the record keeps, and measures the forward's cost. Rejects when the server does not answer. */
  async describe(): Promise<KubernetesServer> {
    const {cluster, signal} = this.#options;
    const {service, port, pods} = this.#found;
    const [{ip, port: podPort}] = pods;
    const facts = (await Promise.all(pods.map(one => this.#podFacts(one)))).filter(one => one !== null);
    const forward = await measureForward({cluster, url: this.url, place: this.place, ip, port: podPort, signal});
    const kubernetes: KubernetesServer = {
      ...{namespace: this.namespace, service: service.metadata?.name ?? '', port: port.port},
      ...{insideUrl: insideUrlOf(pods[0]), pods: facts, forward},
    };
    const {uid} = pods[0];
    this.#described = {identity: identityOf(this.#read, facts.find(one => one.uid === uid) ?? null), kubernetes};
    return kubernetes;
  }

  /**
   * Takes note of a pod that serves: one that took another's place, or whose container was started anew, must be the server
   * that was described, and is added to what the record keeps. Where it is another, `target.died` tells what changed.
   */
  async meet(pod: V1Pod): Promise<void> {
    const {now} = this.target;
    const container = containerOf(pod, now.port);
    if (this.#described === null || container === null || pod.metadata?.uid !== now.uid) return;
    const read = {pod, container};
    if (runOf(read) === runOf(this.#read)) return;
    const facts = await this.#podFacts(now);
    const {identity, kubernetes} = this.#described;
    const changes = changesOf(identity, identityOf(read, facts));
    if (changes.length > 0) {
      this.target.lose(
        `it is not the server that was attached to: ${changes.join('; ')}`,
        'A record is of one server: measure this one in a run of its own, and roll nothing out meanwhile.',
      );
      return;
    }
    const replaced = this.#read.pod.metadata?.uid !== now.uid;
    this.#read = read;
    if (!replaced) return;
    this.#replacements.push(now.name);
    // The record holds the same object, and is kept after each trial.
    kubernetes.insideUrl = insideUrlOf(now);
    if (facts !== null && !kubernetes.pods.some(({uid}) => uid === now.uid)) kubernetes.pods.push(facts);
  }

  /** The pod that requests go to, as the cluster has it. */
  async #readNow(): Promise<PodRead> {
    const {now} = this.target;
    const pod = await readPod(this.cluster, this.namespace, now);
    const container = pod && containerOf(pod, now.port);
    if (pod === null || container === null) throw new Error(`pod ${now.name} is gone`);
    return {pod, container};
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
    return events
      .filter(({involvedObject}) => involvedObject.uid === uid)
      .map(event => ({...event, message: this.masked(event.message ?? '')}));
  }

  /** What the cluster warned of since, and what a reader must know of the service. */
  async findings(): Promise<readonly Finding[]> {
    const [first, ...others] = this.#found.pods;
    const places = [first.name, ...this.#replacements].join(', then to ');
    const several: Finding = {
      code: 'several-pods',
      severity: 'note',
      message: `${this.name} has ${others.length + 1} pods that are ready; every request went to ${places}`,
      hint: 'A prefix cache is emptied, and a pod watched, one at a time: measure a service of one pod, or attach to a router in front of several.',
    };
    const replaced: Finding = {
      code: 'pod-replaced',
      severity: 'note',
      message: `${this.name}: requests went to ${places}, of the same image, command and GPUs`,
      hint: null,
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
    return [
      ...(others.length > 0 ? [several] : []),
      ...(this.#replacements.length > 0 ? [replaced] : []),
      ...(warnings.length > 0 ? [warned] : []),
    ];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.forward[Symbol.asyncDispose]();
  }
}
