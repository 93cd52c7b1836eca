import {arms} from '../../schema/block.ts';
import {requestOutcomes} from '../../schema/journal.ts';
import {roles} from '../../schema/request.ts';
import {csvText} from '../csv-text.ts';
import type {ExportFile} from '../format.ts';
import type {RehearsedRun} from './rehearsed-run.ts';

type Cell = string | number | null;
interface Column<Of> {
  readonly key: string;
  read(of: Of): Cell;
}

const percentiles = ['p50Ms', 'p99Ms'] as const;
type Latencies = {readonly [name in (typeof percentiles)[number]]: number | null} | null | undefined;

/** Each as kind_p50_ms and kind_p99_ms. */
const latencyColumns = <Of>(name: string, of: (one: Of) => Latencies): Column<Of>[] =>
  percentiles.map(percentile => ({
    key: `${name}_${percentile.replace('Ms', '_ms')}`,
    read: one => of(one)?.[percentile] ?? null,
  }));

type Stage = RehearsedRun['verdict']['stages'][number];
const stageColumns: readonly Column<Stage>[] = [
  {key: 'stage', read: ({name}) => name},
  {key: 'start_ms', read: ({startMs}) => startMs},
  {key: 'end_ms', read: ({endMs}) => endMs},
  {key: 'outcome', read: ({outcome}) => outcome},
  ...(['sent', ...requestOutcomes, 'duplicated'] as const).map(key => ({
    key,
    read: ({requests}: Stage) => requests[key],
  })),
  {key: 'downtime_ms', read: ({downtimeMs}) => downtimeMs},
  ...roles.map(role => ({
    key: `${role}_downtime_ms`,
    read: ({downtimeByRoleMs}: Stage) => downtimeByRoleMs[role] ?? null,
  })),
  ...roles.flatMap(role => latencyColumns<Stage>(`${role}_e2e`, ({e2e}) => e2e[role])),
  ...latencyColumns<Stage>('chat_ttft', ({ttft}) => ttft),
  ...arms.map(arm => ({key: `${arm}_vram_mib`, read: ({vramMiB}: Stage) => vramMiB[arm]})),
  ...arms.map(arm => ({key: `${arm}_host_mib`, read: ({hostMiB}: Stage) => hostMiB[arm]})),
];

type Second = RehearsedRun['seconds'][number];
const secondColumns: readonly Column<Second>[] = [
  {key: 'second', read: ({second}) => second},
  ...requestOutcomes.map(key => ({key, read: ({ended}: Second) => ended[key]})),
  ...([...arms, 'nobody'] as const).map(key => ({key: `by_${key}`, read: ({targets}: Second) => targets[key]})),
  {key: 'mirrored', read: ({mirrored}) => mirrored},
  ...roles.flatMap(role => latencyColumns<Second>(`${role}_e2e`, ({e2e}) => e2e[role])),
  ...latencyColumns<Second>('chat_ttft', ({ttft}) => ttft),
];

/** The first column of every line says which evidence it is: rows are cut out and passed on. */
const table = <Of>(evidence: string, columns: readonly Column<Of>[], of: readonly Of[]): string =>
  csvText([
    ['evidence', ...columns.map(({key}) => key)],
    ...of.map(one => [evidence, ...columns.map(({read}) => read(one))]),
  ]);

/** Times are milliseconds, or whole seconds, since the start; what was not measured is an empty cell. */
export const renderCsv = async ({rehearsal, verdict, seconds}: RehearsedRun): Promise<readonly ExportFile[]> => [
  {name: 'stages.csv', content: table(rehearsal.evidence, stageColumns, verdict.stages)},
  {name: 'seconds.csv', content: table(rehearsal.evidence, secondColumns, seconds)},
];
