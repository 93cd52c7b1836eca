import {readRecord} from '../records/read-record.ts';
import type {FormatName} from '../report/formats.ts';
import type {RivalName} from '../report/rivals/index.ts';
import {renderTable} from '../report/table.ts';
import type {Terminal} from '../terminal.ts';
import {writeExports} from './exports.ts';
import {showRivals} from './rivals.ts';

/** A run that is over, and how its user wants to see it. */
export interface ShownRun {
  /** Holds the record and the samples. */
  readonly folder: string;
  /** None is all of them. */
  readonly formats: readonly FormatName[];
  readonly json: boolean;
  /** Load clients whose printout is printed too. */
  readonly as: readonly RivalName[];
}

/**
 * Shows a run that has just been measured: writes its exports, prints the table or the record, and says where it lies.
 * Throws RECORD_UNREADABLE when the record is gone.
 */
export const showRun = async ({folder, formats, json, as}: ShownRun, terminal: Terminal): Promise<void> => {
  const {record} = await readRecord(folder, folder);
  const measured = record.trials.length > 0 || record.examinations.length > 0;
  if (measured) await writeExports(formats, {record, folder}, terminal);
  if (json) terminal.out(`${JSON.stringify(record, null, 2)}\n`);
  else if (measured) terminal.out(renderTable(record));
  await showRivals(as, {record, folder}, terminal);
  terminal.note(`Record: ${folder}/record.json`);
};
