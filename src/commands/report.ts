import {join} from 'node:path';
import {readRecord} from '../records/read-record.ts';
import {readSamples} from '../records/read-samples.ts';
import {writeInside} from '../records/write-inside.ts';
import {type FormatName, formats} from '../report/formats.ts';

interface ReportOptions {
  /** A run folder, its record.json or a run id. */
  readonly run: string;
  readonly reportsDir: string;
  /** Null or none is all of them. */
  readonly formats: readonly FormatName[] | null;
  out(text: string): void;
}

/** Makes the exports of a run anew from its record and samples, wherever it was measured, and names each on a line. */
export const renderReport = async ({run, reportsDir, formats: asked, out}: ReportOptions): Promise<void> => {
  const {record, folder} = await readRecord(run, reportsDir);
  const chosen = asked?.length ? asked : (Object.keys(formats) as FormatName[]);
  for (const format of chosen) {
    for (const {name, content} of await formats[format].render({record, samples: () => readSamples(folder)})) {
      await writeInside(folder, name, content);
      out(`${join(folder, name)}\n`);
    }
  }
};
