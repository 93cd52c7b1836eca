import {CutoverError, reasonOf} from '../errors.ts';
import {endOrphans, orphanedHelpers} from '../rehearsal/strays.ts';
import {connectDocker} from '../runtimes/docker/connect/host.ts';
import {isFromDocker} from '../runtimes/docker/docker-error.ts';
import {findCaches, removeCaches} from '../runtimes/docker/ownership/caches.ts';
import {findLeftovers, removeLeftovers} from '../runtimes/docker/ownership/leftovers.ts';
import type {Terminal} from '../terminal.ts';
import {cleanCluster, namesCluster} from './clean-cluster.ts';
import {type CleanOptions, cachesTable, isToGo, leftoversTable} from './clean-text.ts';

/** `npm run clean --dry-run` gives the flag to npm, and would remove what was only to be shown. */
const refuseSwallowedFlags = (environment: NodeJS.ProcessEnv): void => {
  const swallowed = ['--dry-run', '--all', '--caches'].filter(
    flag => environment[`npm_config_${flag.slice(2).replace('-', '_')}`] === 'true',
  );
  if (swallowed.length === 0) return;
  throw new CutoverError('BAD_OPTIONS', `npm kept ${swallowed.join(' and ')} for itself`, {
    hint: `Write: npm run clean -- ${swallowed.join(' ')}`,
  });
};

/** Gateways and stacks of rehearsals whose harness is gone: they were left so that the service answers. */
const cleanRehearsals = async ({dryRun}: CleanOptions, {out, note}: Pick<Terminal, 'out' | 'note'>): Promise<void> => {
  const orphans = await orphanedHelpers();
  for (const {pid, folder} of orphans) out(`Process ${pid} serves the rehearsal in ${folder}, whose harness is gone\n`);
  if (dryRun || orphans.length === 0) return;
  const stays = await endOrphans(orphans);
  if (stays.length === 0) return note('They were ended. --resume would have gone on with the rehearsal.');
  throw new CutoverError('LEFT_BEHIND', `Process ${stays.map(({pid}) => pid).join(', ')} does not end`, {
    hint: `End it: kill -9 ${stays.map(({pid}) => pid).join(' ')}; then run it again for what it left.`,
  });
};

/**
 * Ends what is left of rehearsals, then shows what runs left in the cluster and on the Docker engine (on the cluster alone where
 * a flag names it) and removes what nobody owns any more; the rest of the logs is saved first. Throws DOCKER_UNREACHABLE,
 * KUBERNETES_UNREACHABLE, LEFT_BEHIND when something could not be removed, or INTERRUPTED.
 */
export const clean = async (options: CleanOptions, terminal: Terminal, signal: AbortSignal): Promise<void> => {
  refuseSwallowedFlags(process.env);
  if (!namesCluster(options)) await cleanRehearsals(options, terminal);
  const stays = [...(await cleanCluster(options, terminal, signal))];
  if (!namesCluster(options)) stays.push(...(await cleanDocker(options, terminal, signal)));
  if (stays.length > 0)
    throw new CutoverError('LEFT_BEHIND', `not everything could be removed\n  ${stays.join('\n  ')}`, {
      hint: 'Do what the reasons ask for, and run it again.',
    });
};

/** Resolves with a sentence for each thing that stays. */
const cleanDocker = async (
  options: CleanOptions,
  {out, note}: Terminal,
  signal: AbortSignal,
): Promise<readonly string[]> => {
  await using host = await connectDocker(process.env, signal);
  const [runs, caches] = await Promise.all([findLeftovers(host), findCaches(host)]).catch((cause: unknown) => {
    if (!isFromDocker(cause)) throw cause;
    throw new CutoverError(
      'DOCKER_UNREACHABLE',
      `Docker at ${host.name} does not tell what it has: ${reasonOf(cause)}`,
      {
        hint: 'Look at the engine there (docker info), and run it again.',
        cause,
      },
    );
  });
  if (runs.length === 0 && caches.length === 0) {
    out(`Nothing of cutover is on ${host.name}\n`);
    return [];
  }
  const shown = [
    ...(runs.length === 0 ? [] : leftoversTable(runs, options, Date.now())),
    ...cachesTable(caches, runs, options),
  ];
  out(`On ${host.name}\n${shown.map(line => `  ${line}\n`).join('')}`);

  const going = runs.filter(run => isToGo(run, options));
  if (going.length < runs.length) note('What an owner may still use is left alone. --all removes it too.');
  if (options.dryRun) {
    note('--dry-run: nothing was removed.');
    return [];
  }
  return [
    ...(await removeLeftovers(host, going, {signal, onLine: note})),
    ...(await removeCaches(host, options.caches ? caches : [], {signal, onLine: note})),
  ];
};
