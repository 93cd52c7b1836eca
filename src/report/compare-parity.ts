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
  const {measure, n, ownA, ownB, limit, between, median, verdict} = measured;
  const values = [ownA, ownB, limit, between, median].map(value => valueText(measured, value));
  return [measure.title, String(n), ...values, verdict];
};

/** Of each measure; all of them are in the --json. */
const mostShown = 3;

const differenceLines = ({measure, n, verdict, differences}: ComparedAnswers): string[] => {
  if (differences.length === 0) return [];
  const meaning = verdict === 'differs' ? 'DIFFERS' : verdict === 'same' ? 'within its own' : 'not to be told';
  const more = differences.length - mostShown;
  return [
    `  ${meaning}: ${measure.title}: not in ${differences.length} of ${n}`,
    ...differences
      .slice(0, mostShown)
      .flatMap(({id, input, detail}) => [
        `    ${plainText(id)}: ${plainText(detail)}`,
        `      ${plainText(JSON.stringify(input))}`,
      ]),
    ...(more > 0 ? [`    and ${more} more, with longer inputs: --json has them`] : []),
  ];
};

/** For a terminal. */
export const parityLines = ({questions: {a, b, both}, measures}: ComparedParity): readonly string[] => {
  const head = ['', `parity: ${both} questions were asked of both (A: ${a}, B: ${b})`];
  if (both === 0) return [...head, '  None in common: run both with the same --seed and the same suite.'];
  const titles = ['', 'n', 'A/A', 'B/B', 'limit', 'A/B', 'median', 'verdict'];
  const sides = ['left', 'right', 'right', 'right', 'right', 'right', 'right', 'left'] as const;
  const different = measures.filter(({verdict}) => verdict === 'differs').length;
  return [
    ...head,
    ...alignedLines([titles, ...measures.map(row)], sides).map(line => `  ${line}`),
    different === 0
      ? '  No measure differs more than the engines differ from themselves.'
      : `  ${different} of ${measures.length} measures differ more than the engines differ from themselves.`,
    ...measures.flatMap(differenceLines),
  ];
};
