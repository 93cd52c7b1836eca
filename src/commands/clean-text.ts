import {shownNumber} from '../report/number.ts';
import {alignedLines} from '../report/text-table.ts';
import type {CacheVolume} from '../runtimes/docker/ownership/caches.ts';
import type {RunLeftovers} from '../runtimes/docker/ownership/leftovers.ts';
import {ownerText} from '../runtimes/docker/ownership/owner.ts';

const ownerStates = {alive: 'runs', gone: 'is gone', elsewhere: 'is not of this machine'} as const;

/** Every thing that runs made, one a line, with its age and whether its owner lives. */
export const leftoversTable = (runs: readonly RunLeftovers[], nowMs: number): readonly string[] => {
  const rows = runs.flatMap(({runId, owner, ownerState, things}) =>
    things.map(({role, kind, name, state, createdMs}) => [
      runId,
      role,
      `${kind} ${name}`,
      state ?? '',
      createdMs === null ? '' : ageText(nowMs - createdMs),
      `${ownerText(owner)} ${ownerStates[ownerState]}`,
    ]),
  );
  return alignedLines(
    [['run', 'role', 'what', 'state', 'age', 'owner'], ...rows],
    ['left', 'left', 'left', 'left', 'right', 'left'],
  );
};

export const cachesTable = (caches: readonly CacheVolume[]): readonly string[] =>
  alignedLines(
    caches.map(({name, sizeBytes}) => [
      `cache volume ${name}`,
      sizeBytes === null ? '' : `${shownNumber(sizeBytes / 2 ** 30, 'GiB')} GiB`,
    ]),
    ['left', 'right'],
  );

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
