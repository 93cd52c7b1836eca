import type {Answer} from '../schema/answer.ts';
import {differences, type FieldDifference, type FieldOutcome} from './field-difference.ts';
import {subjectOf} from './question.ts';
import {relations} from './relations.ts';
import {jsonOf} from './reply.ts';

/** What became of one field over all questions. */
interface FieldVerdict {
  /** `<subject> <field>`, as `rerank results[].score`; list places are not told apart. */
  readonly field: string;
  readonly verdict: FieldOutcome;
  /** Of the worst kind, for the smallest input. */
  readonly detail: string;
  /** Questions by which it was compared, and those of them whose verdict is this one. */
  readonly compared: number;
  readonly shown: number;
  /** The smallest input that shows it; null where nothing differs. */
  readonly example: string | null;
}

export interface DropIn {
  /** 'drop-in': nothing differs that a caller could have relied on; 'unknown': something could not be compared. */
  readonly verdict: 'drop-in' | 'different' | 'unknown';
  readonly fields: readonly FieldVerdict[];
  readonly questions: number;
}

const gravity: Readonly<Record<FieldOutcome, number>> = {different: 3, unknown: 2, compatible: 1, same: 0};

const differencesOf = (a: Answer, b: Answer): readonly FieldDifference[] => {
  const [statusA, statusB] = [a.status, b.status];
  if (statusA === null && statusB === null)
    return [{field: 'reply', outcome: 'unknown', detail: `no reply from either: ${a.failure}`}];
  if (statusA === null || statusB === null)
    return [
      {field: 'reply', outcome: 'different', detail: `no reply from ${statusA === null ? 'the first' : 'the second'}`},
    ];
  const replied: FieldDifference = {field: 'reply', outcome: 'same', detail: 'both replied'};
  const refusals = statusA >= 400 && statusB >= 400 && statusA < 500 && statusB < 500;
  const status: FieldDifference = {
    field: 'HTTP status',
    outcome: statusA === statusB ? 'same' : refusals ? 'compatible' : 'different',
    detail: `${statusA} and ${statusB}`,
  };
  if (statusA >= 400 && statusB >= 400) return [replied, status, ...differences('error', jsonOf(a), jsonOf(b))];
  return statusA === statusB
    ? [replied, status, ...differences(subjectOf(a.id), jsonOf(a), jsonOf(b))]
    : [replied, status];
};

/** What can only be told from several answers: it differs where one of the two fails. */
const relationVerdicts = (first: readonly Answer[], second: readonly Answer[]): readonly FieldVerdict[] => {
  const [a, b] = [first, second].map(answers => new Map(answers.map(answer => [answer.id, answer])));
  return relations.map(({id, judge}) => {
    const [one, other] = [judge(a ?? new Map()), judge(b ?? new Map())];
    const failed = [one, other].filter(({outcome}) => outcome === 'fail');
    const verdict = one.outcome === other.outcome ? 'same' : failed.length === 1 ? 'different' : 'compatible';
    const detail = `${one.outcome}: ${one.detail}; ${other.outcome}: ${other.detail}`;
    return {field: `check ${id}`, verdict, detail, compared: 1, shown: 1, example: failed[0]?.example ?? null};
  });
};

/**
 * Whether the second service can stand in for the first: what it answers to the same questions, field by field. Only
 * questions that both were asked count.
 */
export const compareAnswers = (first: readonly Answer[], second: readonly Answer[]): DropIn => {
  const others = new Map(second.map(answer => [answer.id, answer]));
  const pairs = first
    .flatMap(a => {
      const b = others.get(a.id);
      return b === undefined ? [] : [{a, b}];
    })
    .sort((x, y) => x.a.request.bytes - y.a.request.bytes || (x.a.id < y.a.id ? -1 : 1));

  const byField = new Map<string, FieldVerdict>();
  for (const {a, b} of pairs) {
    for (const {field, outcome, detail} of differencesOf(a, b)) {
      const name = `${subjectOf(a.id)} ${field}`;
      const known = byField.get(name);
      const compared = (known?.compared ?? 0) + 1;
      if (known !== undefined && gravity[known.verdict] >= gravity[outcome]) {
        byField.set(name, {...known, compared, shown: known.shown + (known.verdict === outcome ? 1 : 0)});
        continue;
      }
      const {method, path, body} = a.request;
      const example = outcome === 'same' ? null : `${method} ${path}${body === null ? '' : ` ${body}`}`;
      byField.set(name, {field: name, verdict: outcome, detail, compared, shown: 1, example});
    }
  }
  const fields = [...byField.values(), ...relationVerdicts(first, second)].sort(
    (x, y) => gravity[y.verdict] - gravity[x.verdict] || (x.example?.length ?? 0) - (y.example?.length ?? 0),
  );
  const worst = fields[0]?.verdict ?? 'unknown';
  return {
    verdict: worst === 'different' || worst === 'unknown' ? worst : 'drop-in',
    fields,
    questions: pairs.length,
  };
};
