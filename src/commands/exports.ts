import {reasonOf} from '../errors.ts';
import {readSamples} from '../records/read-samples.ts';
import type {RunFolder} from '../records/run-folder.ts';
import {type FormatName, formats} from '../report/formats.ts';
import type {RunRecord} from '../schema/record.ts';
import type {Terminal} from '../terminal.ts';

export interface ExportOptions {
  readonly folder: Pick<RunFolder, 'path' | 'writeFile'>;
  readonly record: RunRecord;
  /** Empty means all. */
  readonly chosen: readonly FormatName[];
  readonly terminal: Pick<Terminal, 'note'>;
}

/**
 * Writes the exports of a run beside its record. One that fails is named and costs neither the others nor the run:
 * the record is on the disk, and `npm run report` writes them again.
 */
export const writeExports = async ({folder, record, chosen, terminal}: ExportOptions): Promise<void> => {
  const names = chosen.length > 0 ? chosen : (Object.keys(formats) as FormatName[]);
  for (const name of names) {
    try {
      const files = await formats[name].render({record, samples: () => readSamples(folder.path)});
      for (const file of files) await folder.writeFile(file.name, file.content);
    } catch (thrown) {
      terminal.note(
        `The ${name} export was not written: ${reasonOf(thrown)}. npm run report -- ${folder.path} --format ${name} tries again.`,
      );
    }
  }
};
