import {brokeWhileSending} from '../examinations/pose.ts';
import type {Answer} from '../schema/answer.ts';
import type {Check} from '../schema/examination.ts';
import {differences, type FieldDifference, type FieldOutcome} from './field-difference.ts';
import {type Expectation, expectationOf, subjectOf} from './question.ts';
import {relations, unanswered} from './relations.ts';
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
  /** The id of that question; null where nothing differs, and for what is told from several. */
  readonly question: string | null;
}

export interface DropIn {
  /**
   * 'drop-in': nothing differs that a caller could have relied on; 'unknown': something could not be compared, or no path
   * was answered by both.
   */
  readonly verdict: 'drop-in' | 'different' | 'unknown';
  readonly fields: readonly FieldVerdict[];
  readonly questions: number;
}

const gravity: Readonly<Record<FieldOutcome, number>> = {different: 3, unknown: 2, compatible: 1, same: 0};

const differencesOf = (a: Answer, b: Answer): readonly FieldDifference[] => {
  const [statusA, statusB] = [a.status, b.status];
  if (statusA === null && statusB === null)
    return [{field: 'reply', outcome: 'unknown', detail: `no reply from either: ${a.failure}`}];
  if (statusA === null || statusB === null) {
    const [silent, who] = statusA === null ? [a, 'the first'] : [b, 'the second'];
    const outcome = brokeWhileSending(silent) ? 'unknown' : 'different';
    return [{field: 'reply', outcome, detail: `no reply from ${who}: ${silent.failure}`}];
  }
  const replied: FieldDifference = {field: 'reply', outcome: 'same', detail: 'both replied'};
  const status = statusDifference(expectationOf(a.id), statusA, statusB);
  if (statusA >= 400 && statusB >= 400) return [replied, status, ...differences('error', jsonOf(a), jsonOf(b))];
  return statusA === statusB
    ? [replied, status, ...differences(subjectOf(a.id), jsonOf(a), jsonOf(b))]
    : [replied, status];
};

const statusDifference = (expects: Expectation, a: number, b: number): FieldDifference => {
  const [field, detail] = ['HTTP status', `${a} and ${b}`];
  const isServed = (status: number) => status < 500 || status === 501; // 501: there is no server for it, and none is missing
  if (expects === 'answered' && !isServed(a) && !isServed(b))
    return {field, outcome: 'unknown', detail: `${detail}: both failed at what they should answer`};
  if (a === b) return {field, outcome: 'same', detail};
  const isRefusal = (status: number) => status >= 400 && status < 500;
  if (isRefusal(a) && isRefusal(b)) return {field, outcome: 'compatible', detail};
  const open = expects === 'either' ? ', where the contract leaves open which; a caller may rely on the first' : '';
  return {field, outcome: 'different', detail: detail + open};
};

/**
 * What can only be told from several answers: it differs where one of the two fails, and is unknown where it can be told
 * of one of them alone. Where it cannot be told of either, they gave the same question no reason to tell: no model that
 * ends its answers by itself could ever stand in for another otherwise. Left out where neither answered.
 */
const relationVerdicts = (first: readonly Answer[], second: readonly Answer[]): readonly FieldVerdict[] => {
  const [a, b] = [first, second].map(answers => new Map(answers.map(answer => [answer.id, answer])));
  return relations.flatMap(({id, judge}) => {
    const [one, other] = [judge(a ?? new Map()), judge(b ?? new Map())];
    if (one === unanswered && other === unanswered) return [];
    const failed = [one, other].filter(({outcome}) => outcome === 'fail');
    const verdict = relationVerdict(one.outcome, other.outcome);
    const detail = `${one.outcome}: ${one.detail}; ${other.outcome}: ${other.detail}`;
    return [
      {
        field: `check ${id}`,
        verdict,
        detail,
        compared: 1,
        shown: 1,
        example: failed[0]?.example ?? null,
        question: null,
      },
    ];
  });
};

const relationVerdict = (a: Check['outcome'], b: Check['outcome']): FieldOutcome => {
  if (a === b) return a === 'unknown' ? 'compatible' : 'same';
  if (a === 'unknown' || b === 'unknown') return 'unknown';
  return a === 'fail' || b === 'fail' ? 'different' : 'compatible';
};

/** Equal ids are not enough: generated questions of two seeds, and smaller ones that were tried, differ under one id. */
const sameQuestion = ({request: a}: Answer, {request: b}: Answer): boolean =>
  a.method === b.method &&
  a.path === b.path &&
  a.contentType === b.contentType &&
  a.body === b.body &&
  a.bytes === b.bytes;

/**
 * Whether the second service can stand in for the first: what it answers to the same questions, field by field. Only
 * questions that both were asked count.
 */
export const compareAnswers = (first: readonly Answer[], second: readonly Answer[]): DropIn => {
  const others = new Map(second.map(answer => [answer.id, answer]));
  const pairs = first
    .flatMap(a => {
      const b = others.get(a.id);
      return b === undefined || !sameQuestion(a, b) ? [] : [{a, b}];
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
      const question = outcome === 'same' ? null : a.id;
      byField.set(name, {field: name, verdict: outcome, detail, compared, shown: 1, example, question});
    }
  }
  const fields = [...byField.values(), ...relationVerdicts(first, second)].sort(
    (x, y) => gravity[y.verdict] - gravity[x.verdict] || (x.example?.length ?? 0) - (y.example?.length ?? 0),
  );
  const answered = pairs.some(({a, b}) => a.status === 200 && b.status === 200 && subjectOf(a.id) !== 'health');
  const worst = fields[0]?.verdict;
  return {
    verdict: worst === 'different' ? worst : worst === 'unknown' || !answered ? 'unknown' : 'drop-in',
    fields,
    questions: pairs.length,
  };
};
