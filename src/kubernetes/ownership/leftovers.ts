import type {V1Job} from '@kubernetes/client-node';
import {CutoverError, reasonOf} from '../../errors.ts';
import {type OwnerState, ownerState} from '../../runtimes/docker/ownership/owner.ts';
import {interruptionOf} from '../../runtimes/interruption.ts';
import {unlessStatus} from '../api-error.ts';
import type {Cluster} from '../connect.ts';
import {removeJob} from '../job/remove-job.ts';
import {Patience} from '../patience.ts';
import {refusal} from '../refusal.ts';
import {type RunMarks, readMarks, runLabel} from './labels.ts';

/** What one run made in a cluster: Jobs, with their pods. */
export interface RunJobs {
  readonly runId: string;
  readonly owner: string;
  readonly ownerState: OwnerState;
  readonly things: readonly {
    readonly kind: 'job';
    /** `namespace/name`. */
    readonly name: string;
    readonly role: string;
    readonly state: string;
    /** Of the wall clock. */
    readonly createdMs: number | null;
  }[];
}

/**
 * Every Job with cutover's label, oldest run first; one that is under way is among them, with a living owner. Of all
 * namespaces where this user may list those, else of the cluster's own. Throws KUBERNETES_REFUSED or KUBERNETES_UNREACHABLE.
 */
export const findJobs = async (cluster: Cluster, {everywhere}: {everywhere: boolean}): Promise<readonly RunJobs[]> => {
  const {batch, namespace} = cluster;
  const labelSelector = runLabel;
  try {
    const all = everywhere ? await unlessStatus([403], batch.listJobForAllNamespaces({labelSelector})) : null;
    const {items} = all ?? (await batch.listNamespacedJob({namespace, labelSelector}));
    return byRun(items);
  } catch (thrown) {
    throw refusal(cluster, 'Jobs cannot be listed', thrown);
  }
};

const byRun = (jobs: readonly V1Job[]): readonly RunJobs[] => {
  const found = jobs.flatMap(job => {
    const marks = readMarks(job.metadata ?? {});
    return marks === null ? [] : [{marks, thing: thingOf(job, marks)}];
  });
  return [...Map.groupBy(found, ({marks}) => `${marks.runId}\n${marks.owner}`).values()]
    .map(group => {
      const {runId = '', owner = ''} = group[0]?.marks ?? {};
      return {runId, owner, ownerState: ownerState(owner), things: group.map(({thing}) => thing)};
    })
    .toSorted((a, b) => (a.runId < b.runId ? -1 : 1));
};

const thingOf = ({metadata, status}: V1Job, {role}: RunMarks): RunJobs['things'][number] => ({
  kind: 'job',
  name: `${metadata?.namespace}/${metadata?.name}`,
  role,
  state: metadata?.deletionTimestamp ? 'ending' : `${status?.active ?? 0} pods`,
  createdMs: metadata?.creationTimestamp ? new Date(metadata.creationTimestamp).getTime() : null,
});

/** As `removeLeftovers` of a Docker engine: resolves with a sentence for each that could not be removed. */
export const removeJobs = async (
  cluster: Cluster,
  runs: readonly RunJobs[],
  {signal, onLine}: {readonly signal: AbortSignal; readonly onLine: (line: string) => void},
): Promise<readonly string[]> => {
  const patience = new Patience(cluster, {limitMs: 15_000, onLine});
  const kept: string[] = [];
  for (const {runId, things} of runs)
    for (const thing of things) {
      if (signal.aborted) throw interruptionOf(signal, `removing what run ${runId} left`);
      const [namespace = '', name = ''] = thing.name.split('/');
      try {
        await removeJob({...cluster, namespace}, name, {patience});
        onLine(`removed job ${thing.name} of run ${runId}, with its pods`);
      } catch (thrown) {
        if (!(thrown instanceof CutoverError)) throw thrown;
        kept.push(reasonOf(thrown));
      }
    }
  return kept;
};
