import type {Pod} from '../../schema/kubernetes.ts';
import type {ServerContainer} from '../../schema/server.ts';

/** What makes a server of a cluster the one that a record tells of. */
export interface PodIdentity {
  readonly container: ServerContainer | null;
  /** Secrets masked: a key that was changed makes no other server. Null where the image's own words run. */
  readonly command: readonly string[] | null;
  /** Null where it went before it could be read. */
  readonly pod: Pick<Pod, 'gpusAsked' | 'node'> | null;
}

const imageText = ({image, imageId}: ServerContainer): string => `${image} (${imageId})`;

const commandText = (command: readonly string[] | null): string =>
  command === null ? "the image's own" : `"${command.join(' ')}"`;

const gpusText = ({gpusAsked, node}: Pick<Pod, 'gpusAsked' | 'node'>): string =>
  `${gpusAsked ?? 'none'} of ${node?.gpuProduct ?? 'a product that its node does not tell'}`;

/**
 * Why a pod that took another's place, or a container that was started anew, is another server: `image a (sha256:…)
 * became b (sha256:…)`; empty where it is the same. What the cluster does not tell of either is no difference.
 */
export const changesOf = (before: PodIdentity, after: PodIdentity): readonly string[] => {
  const changes: string[] = [];
  const [image, nowImage] = [before.container, after.container];
  if (image !== null && nowImage !== null && image.imageId !== nowImage.imageId)
    changes.push(`image ${imageText(image)} became ${imageText(nowImage)}`);
  const [command, nowCommand] = [commandText(before.command), commandText(after.command)];
  if (command !== nowCommand) changes.push(`command ${command} became ${nowCommand}`);
  const [pod, nowPod] = [before.pod, after.pod];
  if (pod === null || nowPod === null) return changes;
  const [product, nowProduct] = [pod.node?.gpuProduct ?? null, nowPod.node?.gpuProduct ?? null];
  const otherProduct = product !== null && nowProduct !== null && product !== nowProduct;
  if (pod.gpusAsked !== nowPod.gpusAsked || otherProduct)
    changes.push(`GPUs, ${gpusText(pod)}, became ${gpusText(nowPod)}`);
  return changes;
};
