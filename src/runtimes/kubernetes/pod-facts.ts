import type {CoreV1Event, V1Container, V1ContainerStatus, V1Node, V1Pod} from '@kubernetes/client-node';
import type {Pod, PodEvent} from '../../schema/kubernetes.ts';
import type {ServerContainer} from '../../schema/server.ts';

/** The container that listens on the port, else the one that kubectl would take. */
export const containerOf = ({metadata, spec}: V1Pod, port: number): V1Container | null => {
  const containers = spec?.containers ?? [];
  const named = metadata?.annotations?.['kubectl.kubernetes.io/default-container'];
  return (
    containers.find(({ports = []}) => ports.some(({containerPort}) => containerPort === port)) ??
    containers.find(({name}) => name === named) ??
    containers[0] ??
    null
  );
};

const statusOf = ({status}: V1Pod, container: string): V1ContainerStatus | null =>
  status?.containerStatuses?.find(({name}) => name === container) ?? null;

const iso = (date: Date | undefined): string | null => (date === undefined ? null : new Date(date).toISOString());

export const podFacts = (
  pod: V1Pod,
  container: V1Container,
  node: Pod['node'],
  events: readonly CoreV1Event[],
): Pod => ({
  name: pod.metadata?.name ?? '',
  uid: pod.metadata?.uid ?? '',
  container: container.name,
  ip: pod.status?.podIP ?? null,
  restarts: statusOf(pod, container.name)?.restartCount ?? 0,
  startedAt: iso(statusOf(pod, container.name)?.state?.running?.startedAt),
  gpusAsked: wholeOf(container.resources?.limits?.['nvidia.com/gpu']),
  node,
  events: eventsOf(events),
});

/** The image as the node runs it; null where that is not told yet. */
export const imageOf = (pod: V1Pod, {name, image}: V1Container): ServerContainer | null => {
  const imageId = statusOf(pod, name)?.imageID;
  if (imageId === undefined || imageId === '') return null;
  const digest = /@(sha256:[0-9a-f]+)$/.exec(imageId)?.[1] ?? null;
  return {image: image ?? statusOf(pod, name)?.image ?? '', digest, imageId: imageId.replace(/^.*@/, '')};
};

/** Its words, without the image's own where the pod does not say any; null where it says none at all. */
export const commandOf = ({command = [], args = []}: V1Container): readonly string[] | null => {
  const words = [...command, ...args];
  return words.length === 0 ? null : words;
};

export const nodeFacts = ({metadata, status}: V1Node): NonNullable<Pod['node']> => {
  const labels = metadata?.labels ?? {};
  return {
    name: metadata?.name ?? '',
    kernel: status?.nodeInfo?.kernelVersion ?? null,
    cpus: quantity(status?.capacity?.cpu),
    memoryMiB: mebibytes(status?.capacity?.memory),
    gpuProduct: labels['nvidia.com/gpu.product'] ?? null,
    gpuMemoryMiB: wholeOf(labels['nvidia.com/gpu.memory']), // the operator's label is in MiB
    gpus: wholeOf(status?.capacity?.['nvidia.com/gpu']),
  };
};

/** Of a node that may not be read. */
export const onlyNamed = (name: string): NonNullable<Pod['node']> => ({
  ...{name, kernel: null, cpus: null, memoryMiB: null, gpuProduct: null, gpuMemoryMiB: null, gpus: null},
});

/** Oldest first. */
export const eventsOf = (events: readonly CoreV1Event[]): PodEvent[] =>
  events
    .map(({type, reason, message, count, lastTimestamp, eventTime, firstTimestamp, metadata}) => ({
      type: type ?? '',
      reason: reason ?? '',
      message: message ?? '',
      count: count ?? 1,
      lastAt: iso(lastTimestamp ?? eventTime ?? firstTimestamp ?? metadata.creationTimestamp),
    }))
    .toSorted((a, b) => (a.lastAt ?? '').localeCompare(b.lastAt ?? ''));

const wholeOf = (text: string | undefined): number | null =>
  text !== undefined && /^\d+$/.test(text) ? Number(text) : null;

/** What a quantity's ending multiplies it by, as the API writes them. */
const factors: Readonly<Record<string, number>> = {
  ...{'': 1, n: 1e-9, u: 1e-6, m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18},
  ...{Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60},
};

const quantity = (text: string | undefined): number | null => {
  const [, number, ending = ''] = /^([\d.]+)([a-zA-Z]*)$/.exec(text ?? '') ?? [];
  const factor = factors[ending];
  return number === undefined || factor === undefined ? null : Number(number) * factor;
};

const mebibytes = (text: string | undefined): number | null => {
  const bytes = quantity(text);
  return bytes === null ? null : Math.round(bytes / 2 ** 20);
};
