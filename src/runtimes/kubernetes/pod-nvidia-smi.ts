import type {NvidiaSmi} from '../../gpu/nvidia-smi.ts';
import type {Cluster} from '../../kubernetes/connect.ts';
import type {PodContainer} from '../../kubernetes/pod/exec.ts';
import {followInPod, readInPod} from './pod-command.ts';

/** As nvidia-smi's own limit here, and what an exec takes. */
const limitMs = 10_000;

/** nvidia-smi in the container of a pod, which sees the pod's cards; null where it has none, or this user may not exec. */
export const podNvidiaSmi = async (
  cluster: Pick<Cluster, 'config'>,
  place: () => PodContainer,
): Promise<NvidiaSmi | null> => {
  const read = (args: readonly string[]) => readInPod(cluster, place(), ['nvidia-smi', ...args], limitMs);
  if ((await read(['-L'])) === null) return null;
  return {read, follow: (args, onLine) => followInPod(cluster, place(), ['nvidia-smi', ...args], onLine)};
};
