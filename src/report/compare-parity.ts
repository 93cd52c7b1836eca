import type {AskedTwice, ComparedAnswers} from '../parity/compare.ts';
import {askedOfBoth, compareParity} from '../parity/compare.ts';
import {plainText} from './plain-text.ts';
import {alignedLines} from './text-table.ts';

export interface ComparedParity {
  readonly questions: {readonly a: number; readonly b: number; readonly both: number};
  readonly measures: readonly ComparedAnswers[];
}

/** What two engines answered to the same questions, each held against what it differs from itself. */
export const compareParityAnswers = (a: AskedTwice, b: AskedTwice): ComparedParity => ({
  questions: {a: a.first.size, b: b.first.size, both: askedOfBoth(a, b)},
  measures: compareParity(a, b),
});

type Measured = Pick<ComparedAnswers, 'measure'>;

const valueText = ({measure: {kind}}: Measured, value: number | null): string => {
  if (value === null) return '-';
  return kind === 'counted' ? `${Number((value * 100).toFixed(1))} %` : String(Number(value.toPrecision(3)));
};

const row = (measured: ComparedAnswers): string[] => {
  const {measure, n, ownA, ownB, limit, between, unsteady, median, verdict} = measured;
  const values = [ownA, ownB, limit, between, median].map(value => valueText(measured, value));
  return [measure.title, String(n), ...values, unsteady === null ? '-' : String(unsteady), verdict];
};

/** Of each measure that differs, and of others; all of them are in the --json. */
const mostShown = {differs: 3, same: 1, unknown: 1};
const meanings = {differs: 'DIFFERS', same: 'within the limit', unknown: 'NOT TOLD'};

const quoted = (text: string): string => {
  const shown = plainText(JSON.stringify(text.slice(0, 120).toWellFormed()));
  return text.length <= 120 ? shown : `${shown} … (${text.length} characters)`;
};

/** A ranking's documents are too long for a line: the question tells which one it is. */
const inputText = (input: string): string => {
  const asked = parsedRanking(input);
  return asked === null ? quoted(input) : `${quoted(asked.query)} and ${asked.documents.length} documents`;
};

const parsedRanking = (input: string): {query: string; documents: readonly unknown[]} | null => {
  try {
    const {query, documents} = Object(JSON.parse(input));
    return typeof query === 'string' && Array.isArray(documents) ? {query, documents} : null;
  } catch {
    return null;
  }
};

const differenceLines = ({measure, n, verdict, differences}: ComparedAnswers): string[] => {
  if (differences.length === 0) return [];
  const more = differences.length - mostShown[verdict];
  return [
    `  ${meanings[verdict]}: ${measure.title}: not in ${differences.length} of ${n}`,
    ...differences
      .slice(0, mostShown[verdict])
      .flatMap(({id, input, detail}) => [`    ${plainText(id)}: ${plainText(detail)}`, `      ${inputText(input)}`]),
    ...(more > 0 ? [`    and ${more} more, with longer inputs: --json has them`] : []),
  ];
};

/** Missing evidence is no agreement: what could not be told is named. */
const summary = (measures: readonly ComparedAnswers[]): string => {
  const titles = (wanted: ComparedAnswers['verdict']) =>
    measures.filter(({verdict}) => verdict === wanted).map(({measure}) => measure.title);
  const [different, untold] = [titles('differs').length, titles('unknown')];
  const differ =
    different === 0
      ? 'No measure differs more than the engines differ from themselves'
      : `${different} of ${measures.length} measures differ more than the engines differ from themselves`;
  return `  ${differ}${untold.length === 0 ? '.' : `; not told (too few answers, or an engine that differs from itself as much): ${untold.join('; ')}.`}`;
};

/** For a terminal. */
export const parityLines = ({questions: {a, b, both}, measures}: ComparedParity): readonly string[] => {
  const head = ['', `parity: ${both} questions were asked of both (A: ${a}, B: ${b})`];
  if (both === 0) return [...head, '  None in common: run both with the same --seed and the same suite.'];
  const titles = ['', 'n', 'A/A', 'B/B', 'limit', 'A/B', 'median', 'unsteady', 'verdict'];
  const sides = ['left', 'right', 'right', 'right', 'right', 'right', 'right', 'right', 'left'] as const;
  return [
    ...head,
    ...alignedLines([titles, ...measures.map(row)], sides).map(line => `  ${line}`),
    '  n: questions that both answered. A/A, B/B: an engine asked twice. A/B: one engine against the other.',
    '  In %: questions; A/B has those to which both engines stay with their answers, and these differ. Unsteady: an engine does not; limit: a third of them.',
    '  Else: the largest difference of a question, and the median; limit: twice the larger of A/A and B/B, or what rounding comes to.',
    summary(measures),
    ...measures.flatMap(differenceLines),
  ];
};
