import {stringify} from 'csv-stringify/sync';
import type {Format} from './format.ts';
import {rowKeys, rowOf} from './rows.ts';

/** One line a trial, numbers unrounded; what was not measured is an empty cell. */
export const renderCsv: Format['render'] = async ({record}) => {
  const rows = record.trials.map(trial => rowOf(record, trial));
  // A version that a server made up must not run as a formula where the file is opened.
  return [{name: 'trials.csv', content: stringify([rowKeys, ...rows], {escape_formulas: true})}];
};
