import type {RunRecord} from '../schema/record.ts';
import type {Sample} from '../schema/sample.ts';

/** A run as a format sees it. */
export interface ReportedRun {
  readonly record: RunRecord;
  /** All samples of the run, failed ones too; read from the disk as they are asked for. */
  samples(): AsyncIterable<Sample>;
}

export interface ExportFile {
  /** Inside the run's folder. */
  readonly name: string;
  readonly content: string | Uint8Array;
}

/** A way to show a run: pure, the caller writes the files. */
export interface Format {
  /** What it writes, in a few words. */
  readonly writes: string;
  render(run: ReportedRun): Promise<readonly ExportFile[]>;
}
