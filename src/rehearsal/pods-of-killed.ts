import {CutoverError, reasonOf} from '../errors.ts';
import {ContinuousCrew} from '../load/shards/continuous/continuous-crew.ts';
import type {PodLoad} from '../schema/rehearsal.ts';
import type {LoadPods} from './load-pods.ts';
import {endedAfter, journalsBrought, loadNotWhole, lostIn} from './pod-journals.ts';
import type {RehearsalRun} from './rehearsal-run.ts';
import {unlessOver} from './unless-over.ts';

/** In another cluster no pod of these is to be found, which says nothing of them. */
const assertSameCluster = async (loads: readonly PodLoad[], pods: LoadPods): Promise<void> => {
  const known = loads.flatMap(({cluster}) => cluster ?? []);
  if (known.length === 0) return;
  const here = await pods.cluster();
  const other = known.find(cluster => cluster !== here);
  if (other === undefined) return;
  throw new CutoverError(
    'BAD_OPTIONS',
    `The load pods of this rehearsal are on ${other}, and this would look on ${here}`,
    {
      hint: 'Choose that cluster again, by KUBECONFIG or with kubectl config use-context as it was, and go on once more.',
    },
  );
};

const notBrought = ({shards}: PodLoad): boolean => shards.some(({journal, lost}) => journal === null && lost === null);

/**
 * Ends the loads of a harness that was killed and brings their journals, before anything else is begun; one that is killed or interrupted
 * in this, or that cannot reach them, does it again. What is gone is noted, and the first reason is returned; null where all is here.
 */
export const journalsOfKilled = async (run: RehearsalRun, pods: LoadPods): Promise<CutoverError | null> => {
  const loads = run.rehearsal.podLoads ?? [];
  await assertSameCluster(loads, pods);
  for (const load of loads.filter(load => load.startMs !== null && notBrought(load))) {
    run.parts.told.note(`Bringing the journals of the pods of ${load.job}, which the killed harness had begun`);
    const again = await pods.again(load);
    using crew = new ContinuousCrew(again.hosts);
    await endedAfter(unlessOver(run, journalsBrought(run, load, crew)), {run, load, pods: again});
  }
  await pods.removeStrays();
  const lost = loads.map(lostIn).find(found => found !== null) ?? null;
  return lost === null ? null : loadNotWhole(lost, null);
};

/** What is given up is taken down also where the cluster does not answer: journals are missing then, and what stays there is named. */
export const podsGivenUp = async (run: RehearsalRun, pods: LoadPods): Promise<void> => {
  const {note} = run.parts.told;
  const loads = run.rehearsal.podLoads ?? [];
  try {
    await journalsOfKilled(run, pods);
    return;
  } catch (thrown) {
    run.over.throwIfAborted();
    note(`The journals of the load pods were not brought: ${reasonOf(thrown)}`);
  }
  try {
    await assertSameCluster(loads, pods);
    await pods.removeStrays();
  } catch (thrown) {
    run.over.throwIfAborted();
    for (const {job, namespace} of loads.filter(load => load.startMs === null || notBrought(load)))
      note(
        `Job ${job} in namespace ${namespace} may stay: ${reasonOf(thrown)}. Remove it there: npm run clean -- --kube-namespace ${namespace}`,
      );
  }
};
