import {checkRowKeys, checkRowsOf} from './checks.ts';
import {csvText} from './csv-text.ts';
import type {Format} from './format.ts';
import {rowKeys, rowOf, serverRowKeys, serverRowsOf, topologyRowsOf, turnRowKeys, turnRowsOf} from './rows.ts';

/**
 * One line a trial, numbers unrounded; what was not measured is an empty cell. A second file has one line for each turn of
 * a trial that tells them apart, a third one a line a server, where anything is known of their memory or
 * their start, a fourth one a line a check of an examination; of several servers behind a router, and of what was done to the stack,
 * members.csv, shares.csv, phases.csv and disturbances.csv; of several machines that put the load on, shards.csv.
 */
export const renderCsv: Format['render'] = async ({record}) => {
  const turns = turnRowsOf(record);
  const servers = serverRowsOf(record);
  const checks = checkRowsOf(record);
  return [
    {name: 'trials.csv', content: csvText([rowKeys, ...record.trials.map(trial => rowOf(record, trial))])},
    ...(turns.length === 0 ? [] : [{name: 'turns.csv', content: csvText([turnRowKeys, ...turns])}]),
    ...(servers.length === 0 ? [] : [{name: 'servers.csv', content: csvText([serverRowKeys, ...servers])}]),
    ...(checks.length === 0 ? [] : [{name: 'checks.csv', content: csvText([checkRowKeys, ...checks])}]),
    ...topologyRowsOf(record).map(({file, keys, rows}) => ({name: `${file}.csv`, content: csvText([keys, ...rows])})),
  ];
};
