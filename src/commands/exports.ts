import {join} from 'node:path';
import {reasonOf} from '../errors.ts';
import {writeInside} from '../records/write-inside.ts';
import {type FormatName, formats} from '../report/formats.ts';
import type {RunRecord} from '../schema/record.ts';
import type {Sample} from '../schema/sample.ts';
import type {Terminal} from '../terminal.ts';

export interface MeasuredRun {
  readonly record: RunRecord;
  /** Holds the record and its samples, and gets the exports. */
  readonly folder: string;
}

/** None chosen is all of them but those that must be named. */
export const formatsFrom = (chosen: readonly FormatName[]): readonly FormatName[] =>
  chosen.length > 0 ? chosen : (Object.keys(formats) as FormatName[]).filter(name => !('onlyNamed' in formats[name]));

/** What reads and checks them is loaded by those exports that ask for them. */
async function* samplesOf(folder: string): AsyncGenerator<Sample> {
  const {readSamples} = await import('../records/read-samples.ts');
  yield* readSamples(folder);
}

/** Makes one export from the record and the samples in the run's folder; resolves with the files that it wrote there. */
export const writeExport = async (format: FormatName, {record, folder}: MeasuredRun): Promise<readonly string[]> => {
  const files = await formats[format].render({
    record,
    samples: () => samplesOf(folder),
    // The library that makes it is 70 MB.
    parquet: async () => (await import('../query/parquet.ts')).samplesAsParquet(record, folder),
  });
  for (const {name, content} of files) await writeInside(folder, name, content);
  return files.map(({name}) => join(folder, name));
};

/**
 * The exports of a run that has just been measured. One that fails is named and costs neither the others nor the run:
 * the record is on the disk, and `npm run report` writes them again.
 */
export const writeExports = async (
  chosen: readonly FormatName[],
  run: MeasuredRun,
  {warn}: Pick<Terminal, 'warn'>,
): Promise<void> => {
  for (const format of formatsFrom(chosen)) {
    try {
      await writeExport(format, run);
    } catch (thrown) {
      warn(
        `The ${format} export was not written: ${reasonOf(thrown)}. npm run report -- ${run.folder} --format ${format} tries again.`,
      );
    }
  }
};
