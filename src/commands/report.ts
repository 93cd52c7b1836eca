import {readRecord} from '../records/read-record.ts';
import type {FormatName} from '../report/formats.ts';
import type {RivalName} from '../report/rivals/index.ts';
import {formatsFrom, writeExport} from './exports.ts';
import {printRivals} from './rivals.ts';

interface ReportOptions {
  /** A run folder, its record.json or a run id. */
  readonly run: string;
  readonly reportsDir: string;
  /** None is all of them, or none where `as` names a client: whoever asks for that wants to read it. */
  readonly formats: readonly FormatName[];
  /** Load clients whose printout is printed. */
  readonly as: readonly RivalName[];
  out(text: string): void;
}

/**
 * Makes the exports of a run anew from its record and samples, wherever it was measured, and names each on a line; prints
 * what other load clients would have printed of it.
 */
export const renderReport = async ({run, reportsDir, formats, as, out}: ReportOptions): Promise<void> => {
  const measured = await readRecord(run, reportsDir);
  const asked = as.length > 0 ? formats : formatsFrom(formats);
  for (const format of asked)
    for (const file of await writeExport(format, measured))
      out(`${file}
`);
  await printRivals(as, measured, out);
};
