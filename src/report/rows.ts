import type {RunRecord} from '../schema/record.ts';
import type {Trial} from '../schema/trial.ts';
import {columns} from './columns.ts';
import {plainText} from './plain-text.ts';
import {serverColumns, serversOf, serverTables} from './server-columns.ts';
import {topologyFiles} from './topology/sections.ts';
import {turnColumns, turnsOf} from './turn-columns.ts';

export type Cell = number | string | null;

const plain = (value: Cell): Cell => (typeof value === 'string' ? plainText(value) : value);

/** Says which run a trial is of, so that the rows of several runs can lie in one file. */
const runColumns: readonly (readonly [key: string, read: (record: RunRecord) => Cell])[] = [
  ['run_id', record => record.runId],
  ['engine', record => record.engine.name],
  ['engine_version', record => record.engine.version],
];

export const rowKeys: readonly string[] = [...runColumns.map(([key]) => key), ...columns.map(({key}) => key)];

/** A trial's values in the order of `rowKeys`, unrounded. */
export const rowOf = (record: RunRecord, trial: Trial): readonly Cell[] => [
  ...runColumns.map(([, read]) => plain(read(record))),
  ...columns.map(({read}) => plain(read(trial))),
];

export const serverRowKeys: readonly string[] = [
  ...runColumns.map(([key]) => key),
  ...serverColumns.map(({key}) => key),
];

/** The servers' values in the order of `serverRowKeys`, unrounded; none where nothing is known of their memory or their start. */
export const serverRowsOf = (record: RunRecord): readonly (readonly Cell[])[] =>
  serverTables(record).length === 0
    ? []
    : serversOf(record).map(server => [
        ...runColumns.map(([, read]) => plain(read(record))),
        ...serverColumns.map(({read}) => plain(read(server))),
      ]);

export const turnRowKeys: readonly string[] = [...runColumns.map(([key]) => key), ...turnColumns.map(({key}) => key)];

/** One row for each turn of each trial in the order of `turnRowKeys`, unrounded; none where no trial tells turns apart. */
export const turnRowsOf = (record: RunRecord): readonly (readonly Cell[])[] =>
  turnsOf(record).map(turn => [
    ...runColumns.map(([, read]) => plain(read(record))),
    ...turnColumns.map(({read}) => plain(read(turn))),
  ]);

/** Tables that only some runs have, unrounded, by the name of their file. */
export const topologyRowsOf = (
  record: RunRecord,
): readonly {readonly file: string; readonly keys: readonly string[]; readonly rows: readonly (readonly Cell[])[]}[] =>
  topologyFiles(record).map(({file, columns: own, rows}) => ({
    file,
    keys: [...runColumns.map(([key]) => key), ...own.map(({key}) => key)],
    rows: rows.map(row => [...runColumns.map(([, read]) => plain(read(record))), ...row.map(plain)]),
  }));
