import type {V1Affinity, V1Job} from '@kubernetes/client-node';
import {labelValue, type Marks} from '../ownership/labels.ts';

export const containerName = 'shard';
/** Of the image: `serve` when nothing follows it, `tell` and `send` to speak with the one that serves. */
export const shardProgram: readonly string[] = ['node', '/app/shard.mjs'];
/** Where a pod may write. */
const workFolder = '/work';

export interface ManifestOptions {
  readonly name: string;
  readonly marks: Marks;
  readonly shards: number;
  readonly image: string;
  readonly pullPolicy?: 'Always' | 'IfNotPresent' | 'Never' | undefined;
  readonly pullSecrets: readonly string[];
  /** Quantities as Kubernetes writes them, asked for and the limit. */
  readonly cpu: string;
  readonly memory: string;
  /** A number whom the pods run as; null leaves it to the image and the cluster, as OpenShift wants it. */
  readonly user: number | null;
  /** Labels that a pod's node must have. */
  readonly nodeSelector: Readonly<Record<string, string>>;
  /** Names of the servers' nodes, whose cores the load shall leave to them where there are others. */
  readonly avoidNodes: readonly string[];
  /** After so long the cluster ends the pods by itself. */
  readonly lifetimeS: number;
  readonly program: readonly string[];
}

/** A name that no other Job has: `random` is 0 to 1. Short enough that the pods' host names, with their numbers, fit into 63 characters. */
export const jobName = (runId: string, random: number): string => {
  const run = labelValue(runId.toLowerCase().replace(/[^a-z0-9]+/g, '-'))
    .slice(0, 32)
    .replace(/-+$/, '');
  const suffix = Math.floor(random * 36 ** 6)
    .toString(36)
    .padStart(6, '0');
  return ['cutover-load', run, suffix].filter(Boolean).join('-');
};

/** By name and not by a label, which an administrator may have made another one. A wish: a cluster with no other node has its load there. */
const elsewhere = (nodes: readonly string[]): V1Affinity => ({
  nodeAffinity: {
    preferredDuringSchedulingIgnoredDuringExecution: [
      {
        weight: 100,
        // One value is all that such a field may have; all of them must hold.
        preference: {matchFields: nodes.map(name => ({key: 'metadata.name', operator: 'NotIn', values: [name]}))},
      },
    ],
  },
});

/**
 * One pod for each shard, each with its number, none ever started twice: a lost shard is a finding and not repaired.
 * Request and limit are equal, so that a pod has what it was promised, and Node counts the cores that it may use.
 */
export const jobManifest = ({
  name,
  marks: {labels, annotations},
  shards,
  image,
  pullPolicy,
  pullSecrets,
  cpu,
  memory,
  user,
  nodeSelector,
  avoidNodes,
  lifetimeS,
  program,
}: ManifestOptions): V1Job => {
  const [command, ...args] = program;
  const resources = {cpu, memory};
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {name, labels, annotations},
    spec: {
      completionMode: 'Indexed',
      completions: shards,
      parallelism: shards,
      backoffLimitPerIndex: 0,
      podReplacementPolicy: 'Failed',
      // Both for a harness that is gone for good; while it lives it removes the Job itself.
      activeDeadlineSeconds: lifetimeS,
      ttlSecondsAfterFinished: 600,
      template: {
        metadata: {labels, annotations},
        spec: {
          restartPolicy: 'Never',
          terminationGracePeriodSeconds: 5,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          imagePullSecrets: pullSecrets.map(secret => ({name: secret})),
          securityContext: {
            runAsNonRoot: true,
            ...(user === null ? {} : {runAsUser: user, runAsGroup: user, fsGroup: user}),
            seccompProfile: {type: 'RuntimeDefault'},
          },
          nodeSelector,
          ...(avoidNodes.length === 0 ? {} : {affinity: elsewhere(avoidNodes)}),
          topologySpreadConstraints: [
            {
              // The scheduler weighs both wishes alike, and of 1 pod more here than there it makes the most that it can: two nodes, of which
              // one is to be avoided, would get as many pods each. A larger skew makes less of it, and of two other nodes the emptier one still wins.
              maxSkew: avoidNodes.length === 0 ? 1 : shards,
              topologyKey: 'kubernetes.io/hostname',
              // With fewer machines than shards, or a full one, they share: saturation is measured anyway.
              whenUnsatisfiable: 'ScheduleAnyway',
              labelSelector: {matchLabels: {'batch.kubernetes.io/job-name': name}},
            },
          ],
          containers: [
            {
              name: containerName,
              image,
              ...(pullPolicy === undefined ? {} : {imagePullPolicy: pullPolicy}),
              ...(command === undefined ? {} : {command: [command, ...args]}),
              workingDir: workFolder,
              env: [
                {name: 'CUTOVER_SHARD_FOLDER', value: workFolder},
                {name: 'CUTOVER_SHARD_NODE', valueFrom: {fieldRef: {fieldPath: 'spec.nodeName'}}},
                {name: 'HOME', value: workFolder},
                {name: 'TMPDIR', value: workFolder},
              ],
              resources: {requests: resources, limits: resources},
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: {drop: ['ALL']},
              },
              volumeMounts: [{name: 'work', mountPath: workFolder}],
            },
          ],
          volumes: [{name: 'work', emptyDir: {}}],
        },
      },
    },
  };
};
