import type {Check} from '../schema/examination.ts';
import type {RunRecord} from '../schema/record.ts';
import {oneLine} from './one-line.ts';
import {alignedLines} from './text-table.ts';

type Seen = Pick<Check, 'outcome' | 'detail'>;

/** A check whose outcome or detail is not the same in both runs; null where a run has no such check. */
interface DifferentCheck {
  readonly id: string;
  readonly title: string;
  readonly a: Seen | null;
  readonly b: Seen | null;
}

/** The last examination of one kind in each of two runs, check by check. */
export interface ComparedChecks {
  readonly kind: 'limits' | 'sessions';
  /** Checks that either run has. */
  readonly count: number;
  readonly different: readonly DifferentCheck[];
}

const seen = (check: Check | undefined): Seen | null => check ?? null;

const compareKind = (kind: ComparedChecks['kind'], runs: readonly [RunRecord, RunRecord]): ComparedChecks[] => {
  const [a, b] = runs.map(({examinations}) => examinations.findLast(({spec}) => spec.kind === kind)?.checks);
  if (a === undefined || b === undefined) return [];
  const [inA, inB] = [a, b].map(checks => new Map(checks.map(check => [check.id, check])));
  const all = new Map([...a, ...b].map(check => [check.id, check]));
  const different = [...all.values()]
    .map(({id, title}) => ({id, title, a: seen(inA?.get(id)), b: seen(inB?.get(id))}))
    .filter(({a: one, b: other}) => one?.outcome !== other?.outcome || one?.detail !== other?.detail)
    .map(({id, title, a: one, b: other}) => ({id, title, a: told(one), b: told(other)}));
  return [{kind, count: all.size, different}];
};

const told = (check: Seen | null): Seen | null => check && {outcome: check.outcome, detail: check.detail};

/** Parity and contract are compared by their answers instead. */
export const compareChecks = (a: RunRecord, b: RunRecord): readonly ComparedChecks[] =>
  (['limits', 'sessions'] as const).flatMap(kind => compareKind(kind, [a, b]));

const longest = 200;
const text = (check: Seen | null): string =>
  check === null ? 'no such check' : `${check.outcome}: ${oneLine(check.detail, longest)}`;

/** For a terminal: those that differ. */
export const checksLines = ({kind, count, different}: ComparedChecks): readonly string[] => [
  '',
  `${kind}: ${different.length} of ${count} checks differ`,
  ...different.flatMap(({id, title, a, b}) => [
    `  ${oneLine(id, longest)}: ${oneLine(title, longest)}`,
    ...alignedLines(
      [
        ['A', text(a)],
        ['B', text(b)],
      ],
      ['left', 'left'],
    ).map(line => `    ${line}`),
  ]),
];
