import {CutoverError, reasonOf} from '../errors.ts';
import {type Cluster, connectKubernetes} from '../kubernetes/connect.ts';
import {findJobs, removeJobs} from '../kubernetes/ownership/leftovers.ts';
import type {Terminal} from '../terminal.ts';
import {type CleanOptions, isToGo, leftoversTable} from './clean-text.ts';

/** Whether a flag says that the cluster is meant, and not the Docker engine. */
export const namesCluster = ({kubeconfig, kubeContext, kubeNamespace}: CleanOptions): boolean =>
  Boolean(kubeconfig || kubeContext || kubeNamespace);

/**
 * Shows what runs left in the cluster and removes what nobody owns any more; resolves with a sentence for each thing that stays.
 * Where no flag named the cluster, one that cannot be asked is only told of, and one that was never set up not even that.
 */
export const cleanCluster = async (
  options: CleanOptions,
  {out, note}: Pick<Terminal, 'out' | 'note'>,
  signal: AbortSignal,
): Promise<readonly string[]> => {
  const named = namesCluster(options);
  const {kubeconfig, kubeContext: context, kubeNamespace: namespace} = options;
  let cluster: Cluster;
  let runs: Awaited<ReturnType<typeof findJobs>>;
  try {
    cluster = await connectKubernetes({kubeconfig, context, namespace, signal, limitMs: named ? 15_000 : 5000});
    runs = await findJobs(cluster, {everywhere: !namespace});
  } catch (thrown) {
    if (named || !(thrown instanceof CutoverError) || thrown.code === 'INTERRUPTED') throw thrown;
    if (!isNotSetUp(thrown)) note(`The cluster was not looked at: ${reasonOf(thrown)}`);
    return [];
  }
  if (runs.length === 0) {
    if (named) out(`Nothing of cutover is on ${cluster.name}${namespace ? `, namespace ${namespace}` : ''}\n`);
    return [];
  }
  const shown = leftoversTable(runs, options, Date.now());
  out(`On ${cluster.name}\n${shown.map(line => `  ${line}\n`).join('')}`);
  const going = runs.filter(run => isToGo(run, options));
  if (going.length < runs.length) note('What an owner may still use is left alone. --all removes it too.');
  if (options.dryRun) {
    if (named) note('--dry-run: nothing was removed.');
    return [];
  }
  return await removeJobs(cluster, going, {signal, onLine: note});
};

const isNotSetUp = ({message}: CutoverError): boolean =>
  /^There is no kubeconfig|^None of the files in KUBECONFIG|^No context is chosen/.test(message);
