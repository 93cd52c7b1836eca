import {compareAnswers} from '../contract/drop-in.ts';
import {CutoverError, exitCodes} from '../errors.ts';
import {askedTwice} from '../parity/compare.ts';
import {givenAnswers} from '../parity/given.ts';
import {readAnswers} from '../records/read-answers.ts';
import {isDecision} from '../records/read-decision.ts';
import {readRecord} from '../records/read-record.ts';
import {type Comparison, compareRuns} from '../report/compare.ts';
import {compareParityAnswers} from '../report/compare-parity.ts';
import {comparisonText} from '../report/comparison-text.ts';
import {dropInExit} from '../report/contract-text.ts';
import {topologyMapText} from '../report/topology-map-text.ts';
import type {Answer} from '../schema/answer.ts';
import type {RunRecord} from '../schema/record.ts';
import type {ExaminationKind} from '../schema/suite.ts';
import {compareTopologies} from './compare-topologies.ts';

interface CompareOptions {
  /** Run folders, record.json files or run ids; decisions likewise. */
  readonly runs: readonly string[];
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

type ReadRun = Awaited<ReturnType<typeof readRecord>>;

/** Of a run's last examination of a kind; null where it has none. */
const answersTo = async (kind: ExaminationKind, {record, folder}: ReadRun): Promise<readonly Answer[] | null> => {
  const last = record.examinations.findLast(({spec}) => spec.kind === kind);
  return last === undefined ? null : readAnswers(folder, last.answersFile);
};

/** What `between` makes of both runs' answers; null where one of them has none. */
const compared = async <Of>(
  kind: ExaminationKind,
  runs: readonly [ReadRun, ReadRun],
  between: (a: readonly Answer[], b: readonly Answer[]) => Of,
): Promise<Of | null> => {
  const [a, b] = [await answersTo(kind, runs[0]), await answersTo(kind, runs[1])];
  return a === null || b === null ? null : between(a, b);
};

const parityOf = (answers: readonly Answer[]) => askedTwice(givenAnswers(answers));

/**
 * Prints two runs side by side, and of more of them or of decisions a map: which wins at which stage. Resolves with the exit code: that of the verdict where both have the answers of a contract
 * examination, else 0.
 */
export const compare = async ({runs: named, reportsDir, json, out}: CompareOptions): Promise<number> => {
  const [a, b, ...more] = named;
  const decided = await Promise.all(named.map(name => isDecision(name, reportsDir)));
  if (more.length > 0 || decided.includes(true)) {
    const rows = await compareTopologies(named, reportsDir);
    out(json ? `${JSON.stringify({stages: rows}, null, 2)}\n` : topologyMapText(rows));
    return exitCodes.done.code;
  }
  if (a === undefined || b === undefined)
    throw new CutoverError('BAD_OPTIONS', 'One run alone compares with nothing', {
      hint: 'Name a second one, or a decision: npm run compare -- A B',
    });
  // One after the other: where neither can be read, the first one is told, always.
  const [runA, runB] = [await readRecord(a, reportsDir), await readRecord(b, reportsDir)] as const;
  const comparison = compareRuns(runA.record, runB.record, {
    parity: await compared('parity', [runA, runB], (one, other) =>
      compareParityAnswers(parityOf(one), parityOf(other)),
    ),
    dropIn: await compared('contract', [runA, runB], compareAnswers),
  });
  out(json ? `${JSON.stringify(withoutRecords(comparison), null, 2)}\n` : comparisonText(comparison));
  const {dropIn, runs} = comparison;
  if (dropIn === null) return exitCodes.done.code;
  return dropInExit(
    dropIn,
    [runs.a, runs.b].map(({evidence}) => ({simulated: evidence === 'simulated'})),
  );
};
