import {schemaVersion} from '../schema/version.ts';
import type {Format} from './format.ts';
import {rowKeys, rowOf} from './rows.ts';

/** The rows of the CSV with their keys, for programs that read no CSV; record.json has everything. */
export const renderJson: Format['render'] = async ({record}) => {
  const trials = record.trials.map(trial => {
    const row = rowOf(record, trial);
    return Object.fromEntries(rowKeys.map((key, place) => [key, row[place] ?? null]));
  });
  return [
    {
      name: 'trials.json',
      content: `${JSON.stringify({schemaVersion, evidence: record.evidence, trials}, null, 2)}\n`,
    },
  ];
};
