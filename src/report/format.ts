import type {RunRecord} from '../schema/record.ts';
import type {Sample} from '../schema/sample.ts';

/** A run as a format sees it. */
export interface ReportedRun {
  readonly record: RunRecord;
  /** All samples of the run, failed ones too; read from the disk as they are asked for. */
  samples(): AsyncIterable<Sample>;
}

/** One whose samples lie in files that another program can read. */
export interface StoredSamples extends ReportedRun {
  /** The samples as the bytes of a Parquet file. */
  parquet(): Promise<Uint8Array>;
}

export interface ExportFile {
  /** Inside the run's folder. */
  readonly name: string;
  readonly content: string | Uint8Array;
}

/** A way to show a run: pure, the caller writes the files. */
export interface Format<Run extends ReportedRun = ReportedRun> {
  /** What it writes, in a few words. */
  readonly writes: string;
  /** Costs more than most runs are worth: written only where --format names it. */
  readonly onlyNamed?: true;
  render(run: Run): Promise<readonly ExportFile[]>;
}
