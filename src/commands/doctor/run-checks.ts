import {gpuLockName} from '../../runtimes/docker/ownership/gpu-lock.ts';
import type {RunLeftovers} from '../../runtimes/docker/ownership/leftovers.ts';
import {ownerText} from '../../runtimes/docker/ownership/owner.ts';
import {type Finding, missing, note, ok} from './findings.ts';

type Run = Pick<RunLeftovers, 'runId' | 'owner' | 'ownerState'> & {
  readonly things: readonly {readonly kind: 'container' | 'network' | 'volume'; readonly name: string}[];
};

interface LockWanted {
  /** False where containers are started without a GPU. */
  readonly needed?: boolean;
  /** Whether a container that is not cutover's has the lock's name. */
  readonly nameTaken?: boolean;
}

/**
 * What carries cutover's labels on the Docker engine: another run's lock on the GPU, and what dead runs left.
 */
export const runChecks = (
  runs: readonly Run[],
  {needed = true, nameTaken = false}: LockWanted = {},
): readonly Finding[] => [...(needed ? [nameTaken ? nameTakenCheck : lockCheck(runs)] : []), leftoversCheck(runs)];

const nameTakenCheck = missing(
  'GPU lock',
  ['docker'],
  `a container that is not cutover's is called ${gpuLockName}, which is the name of the lock`,
  `docker rename ${gpuLockName} <another name>`,
);

const lockCheck = (runs: readonly Run[]): Finding => {
  const holder = runs.find(({things}) => things.some(({name}) => name === gpuLockName));
  if (holder === undefined) return ok('GPU lock', 'free: no other run uses the GPU');
  const {runId, owner, ownerState} = holder;
  const whose = `run ${runId} (${ownerText(owner)})`;
  if (ownerState === 'gone') return note('GPU lock', `held by ${whose}, which is gone: the next run takes it over`);
  const clean = ownerState === 'elsewhere' ? ' If nothing runs there any more: npm run clean -- --all' : '';
  return missing(
    'GPU lock',
    ['docker'],
    `held by ${whose}`,
    `Wait for it, or end it with Ctrl-C where it runs.${clean}`,
  );
};

const leftoversCheck = (runs: readonly Run[]): Finding => {
  const dead = runs.filter(({ownerState}) => ownerState === 'gone');
  if (dead.length === 0) return ok('leftovers', 'none of dead runs');
  const lines = dead.map(({runId, things}) => `run ${runId} is dead and left ${countsOf(things)}`);
  return note('leftovers', `${lines.join('\n')}\nThe next run removes it.`, 'npm run clean');
};

/** For example `2 containers and 1 network`. */
const countsOf = (things: Run['things']): string =>
  [...Map.groupBy(things, ({kind}) => kind)]
    .map(([kind, {length}]) => `${length} ${kind}${length === 1 ? '' : 's'}`)
    .join(' and ');
