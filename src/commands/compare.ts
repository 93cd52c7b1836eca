import {readRecord} from '../records/read-record.ts';
import {type Comparison, compareRuns} from '../report/compare.ts';
import {comparisonText} from '../report/comparison-text.ts';
import type {RunRecord} from '../schema/record.ts';

interface CompareOptions {
  /** Run folders, record.json files or run ids. */
  readonly a: string;
  readonly b: string;
  readonly reportsDir: string;
  readonly json: boolean;
  out(text: string): void;
}

/** What tells which run is which and what its numbers are worth; the rest of the records lies where it lay. */
const named = ({runId, status, evidence, engine: {name, version}}: RunRecord) => ({
  runId,
  status,
  evidence,
  engine: name,
  version,
});

const withoutRecords = ({runs: {a, b}, ...rest}: Comparison) => ({runs: {a: named(a), b: named(b)}, ...rest});

/** Prints two runs side by side. */
export const compare = async ({a, b, reportsDir, json, out}: CompareOptions): Promise<void> => {
  const [runA, runB] = await Promise.all([readRecord(a, reportsDir), readRecord(b, reportsDir)]);
  const comparison = compareRuns(runA.record, runB.record);
  out(json ? `${JSON.stringify(withoutRecords(comparison), null, 2)}\n` : comparisonText(comparison));
};
