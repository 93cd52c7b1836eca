import {schemaVersion} from '../schema/version.ts';
import type {Format} from './format.ts';
import {type Cell, rowKeys, rowOf, topologyRowsOf, turnRowKeys, turnRowsOf} from './rows.ts';

const keyed = (keys: readonly string[], row: readonly Cell[]) =>
  Object.fromEntries(keys.map((key, place) => [key, row[place] ?? null]));

/** The rows of the CSV with their keys, for programs that read no CSV; record.json has everything. */
export const renderJson: Format['render'] = async ({record}) => {
  const trials = record.trials.map(trial => keyed(rowKeys, rowOf(record, trial)));
  const turns = turnRowsOf(record).map(row => keyed(turnRowKeys, row));
  const more = topologyRowsOf(record).map(({file, keys, rows}) => [file, rows.map(row => keyed(keys, row))] as const);
  return [
    {
      name: 'trials.json',
      content: `${JSON.stringify({schemaVersion, evidence: record.evidence, trials, turns, ...Object.fromEntries(more)}, null, 2)}\n`,
    },
  ];
};
