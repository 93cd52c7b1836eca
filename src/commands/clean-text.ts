import {shownNumber} from '../report/number.ts';
import {alignedLines} from '../report/text-table.ts';
import {type CacheVolume, inUseBy} from '../runtimes/docker/ownership/caches.ts';
import {type OwnerState, ownerText} from '../runtimes/docker/ownership/owner.ts';

export interface CleanOptions {
  /** Also what has a living owner, or one that is not of this machine. */
  readonly all: boolean;
  /** Also the volumes that runs share and keep. */
  readonly caches: boolean;
  /** Remove nothing. */
  readonly dryRun: boolean;
  /** Any of these says that the cluster is meant and not the Docker engine. */
  readonly kubeconfig?: string | null;
  readonly kubeContext?: string | null;
  readonly kubeNamespace?: string | null;
}

/** What one run left on a Docker engine or in a cluster. */
interface LeftRun {
  readonly runId: string;
  readonly owner: string;
  readonly ownerState: OwnerState;
  readonly things: readonly {
    readonly kind: string;
    readonly name: string;
    readonly role: string;
    readonly state: string | null;
    readonly createdMs: number | null;
  }[];
}

export const isToGo = ({ownerState}: Pick<LeftRun, 'ownerState'>, {all}: CleanOptions): boolean =>
  all || ownerState === 'gone';

const ownerStates = {alive: 'runs', gone: 'is gone', elsewhere: 'is not of this machine'} as const;

/** Every thing that runs made, one a line, with its age, whether its owner lives, and what becomes of it. */
export const leftoversTable = (runs: readonly LeftRun[], options: CleanOptions, nowMs: number): readonly string[] => {
  const rows = runs.flatMap(run =>
    run.things.map(({role, kind, name, state, createdMs}) => [
      run.runId,
      role,
      `${kind} ${name}`,
      state ?? '',
      createdMs === null ? '' : ageText(nowMs - createdMs),
      `${ownerText(run.owner)} ${ownerStates[run.ownerState]}`,
      runFate(run, options),
    ]),
  );
  return alignedLines(
    [['run', 'role', 'what', 'state', 'age', 'owner', ''], ...rows],
    ['left', 'left', 'left', 'left', 'right', 'left', 'left'],
  );
};

export const cachesTable = (
  caches: readonly CacheVolume[],
  runs: readonly LeftRun[],
  options: CleanOptions,
): readonly string[] => {
  const going = new Set(runs.filter(run => isToGo(run, options)).map(({runId}) => runId));
  const rows = caches.map(({name, sizeBytes, users}) => {
    const staying = users.filter(({runId}) => runId === null || !going.has(runId));
    return [
      `cache volume ${name}`,
      sizeBytes === null ? '' : `${shownNumber(sizeBytes / 2 ** 30, 'GiB')} GiB`,
      cacheFate(staying, options),
    ];
  });
  return alignedLines(rows, ['left', 'right', 'left']);
};

const removedText = ({dryRun}: CleanOptions): string => (dryRun ? 'would be removed' : 'will be removed');

const runFate = (run: LeftRun, options: CleanOptions): string => {
  if (isToGo(run, options)) return removedText(options);
  return run.ownerState === 'alive' ? 'kept: its run is alive' : 'kept: its run may be alive';
};

const cacheFate = (users: CacheVolume['users'], options: CleanOptions): string => {
  if (!options.caches) return 'kept: --caches removes it';
  return users.length === 0 ? removedText(options) : `kept: ${inUseBy(users)}`;
};

const units = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
] as const;

/** In the largest unit of which there is one; the clocks of Docker and of this machine may differ by a little. */
const ageText = (ms: number): string => {
  const [unitMs, unit] = units.find(([unitMs]) => ms >= unitMs) ?? [1000, 's'];
  return `${Math.max(0, Math.floor(ms / unitMs))} ${unit}`;
};
