import {readRecord} from '../records/read-record.ts';
import type {FormatName} from '../report/formats.ts';
import {formatsFrom, writeExport} from './exports.ts';

interface ReportOptions {
  /** A run folder, its record.json or a run id. */
  readonly run: string;
  readonly reportsDir: string;
  /** None is all of them. */
  readonly formats: readonly FormatName[];
  out(text: string): void;
}

/** Makes the exports of a run anew from its record and samples, wherever it was measured, and names each on a line. */
export const renderReport = async ({run, reportsDir, formats, out}: ReportOptions): Promise<void> => {
  const measured = await readRecord(run, reportsDir);
  for (const format of formatsFrom(formats)) for (const file of await writeExport(format, measured)) out(`${file}\n`);
};
