import {stringify} from 'csv-stringify/sync';
import type {Format} from './format.ts';
import {type Cell, rowKeys, rowOf, serverRowKeys, serverRowsOf} from './rows.ts';

// A version that a server made up must not run as a formula where the file is opened.
const csvOf = (rows: readonly (readonly Cell[])[]): string => stringify([...rows], {escape_formulas: true});

/**
 * One line a trial, numbers unrounded; what was not measured is an empty cell. A second file has one line a server,
 * where anything is known of their memory or their start.
 */
export const renderCsv: Format['render'] = async ({record}) => {
  const servers = serverRowsOf(record);
  return [
    {name: 'trials.csv', content: csvOf([rowKeys, ...record.trials.map(trial => rowOf(record, trial))])},
    ...(servers.length === 0 ? [] : [{name: 'servers.csv', content: csvOf([serverRowKeys, ...servers])}]),
  ];
};
