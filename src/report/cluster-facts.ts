import type {KubernetesServer, Pod, RoundTrips} from '../schema/kubernetes.ts';
import type {RunRecord} from '../schema/record.ts';
import {shownNumber} from './number.ts';

const nodeText = (node: NonNullable<Pod['node']>): string => {
  const facts = [
    ...(node.gpus === null ? [] : [[`${node.gpus} GPUs`, node.gpuProduct].filter(Boolean).join(' ')]),
    ...(node.cpus === null ? [] : [`${node.cpus} CPUs`]),
    ...(node.memoryMiB === null ? [] : [`${shownNumber(node.memoryMiB / 1024, 'GiB')} GiB`]),
    ...(node.kernel === null ? [] : [`kernel ${node.kernel}`]),
  ];
  return `${node.name}${facts.length === 0 ? '' : ` (${facts.join(', ')})`}`;
};

const podText = ({name, node, restarts, gpusAsked}: Pod): string =>
  [
    `pod ${name}`,
    ...(gpusAsked === null ? [] : [`asking for ${gpusAsked} GPUs`]),
    ...(node === null ? [] : [`on node ${nodeText(node)}`]),
    ...(restarts === 0 ? [] : [`restarted ${restarts} times before`]),
  ].join(' ');

const roundTripText = ({n, p50Ms, p99Ms}: RoundTrips): string =>
  `${shownNumber(p50Ms, 'ms')} ms (p50, ${p99Ms === null ? '' : `p99 ${shownNumber(p99Ms, 'ms')} ms, `}n ${n})`;

const forwardText = ({kept, anew, inside}: KubernetesServer['forward']): string =>
  [
    `a small request through the port-forward took ${roundTripText(kept)}`,
    ...(inside === null ? [] : [`inside the pod ${roundTripText(inside)}`]),
    `on a new connection ${roundTripText(anew)}`,
  ].join(', ');

/** A sentence for each service of a cluster that was measured: where it ran, and what the way there costs. */
export const clusterTexts = ({engine}: Pick<RunRecord, 'engine'>): readonly string[] => [
  ...new Set(
    engine.servers.flatMap(({kubernetes}) =>
      kubernetes === undefined
        ? []
        : [
            `k8s://${kubernetes.namespace}/${kubernetes.service}:${kubernetes.port}: ${kubernetes.pods.map(podText).join(', ')}; ${forwardText(kubernetes.forward)}`,
          ],
    ),
  ),
];
