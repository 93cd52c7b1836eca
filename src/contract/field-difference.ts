import {cosine} from '../examinations/vectors.ts';
import type {Subject} from './question.ts';
import {fieldsOf, rankingOf, vectorsOf} from './reply.ts';
import {shown} from './shown.ts';
import {leastCosine, scoreTolerance} from './tolerance.ts';

/** 'compatible': not the same, but nothing that a caller could have relied on; 'unknown': it could not be compared. */
export type FieldOutcome = 'same' | 'compatible' | 'different' | 'unknown';

export interface FieldDifference {
  readonly field: string;
  readonly outcome: FieldOutcome;
  readonly detail: string;
}

/** Templates differ by some tokens, tokenizers by few: what is beyond is another count. */
const tokenTolerance = (count: number) => Math.max(8, 0.1 * count);

const kindOf = (value: unknown): string => (Array.isArray(value) ? 'list' : value === null ? 'null' : typeof value);
const found = (field: string, outcome: FieldOutcome, detail: string): FieldDifference => ({field, outcome, detail});
const both = (a: unknown, b: unknown) => `${shown(a)} and ${shown(b)}`;

type Compare = (field: string, a: unknown, b: unknown) => FieldDifference;

const sameKind: Compare = (field, a, b) =>
  found(field, kindOf(a) === kindOf(b) ? (a === b ? 'same' : 'compatible') : 'different', both(a, b));

const equal: Compare = (field, a, b) =>
  found(field, JSON.stringify(a) === JSON.stringify(b) ? 'same' : 'different', both(a, b));

const count: Compare = (field, a, b) => {
  if (typeof a !== 'number' || typeof b !== 'number') return equal(field, a, b);
  return found(field, a === b ? 'same' : Math.abs(a - b) <= tokenTolerance(a) ? 'compatible' : 'different', both(a, b));
};

const vectors: Compare = (field, a, b) => {
  const [first, second] = [vectorsOf({embeddings: a}), vectorsOf({embeddings: b})];
  if (first === null || second === null) return found(field, 'different', 'not both are lists of numbers');
  if (first.length !== second.length) return found(field, 'different', `${first.length} and ${second.length} vectors`);
  const other = first.findIndex((vector, at) => vector.length !== second[at]?.length);
  if (other >= 0) return found(field, 'different', `${first[other]?.length} and ${second[other]?.length} numbers`);
  if (JSON.stringify(first) === JSON.stringify(second)) return found(field, 'same', 'equal numbers');
  const least = Math.min(...first.map((vector, at) => cosine(vector, second[at] ?? [])));
  return found(field, least >= leastCosine ? 'compatible' : 'different', `least cosine ${least.toFixed(5)}`);
};

/** Results in their order: which documents, how their scores lie, and that the texts are those of the request. */
const ranking = (a: unknown, b: unknown): readonly FieldDifference[] => {
  const [first, second] = [rankingOf({results: a}), rankingOf({results: b})];
  if (first === null || second === null) return [found('results', 'different', 'not both are rankings')];
  if (first.length !== second.length)
    return [found('results', 'different', `${first.length} and ${second.length} results`)];
  const scores = new Map(second.map(({index, score}) => [index, score]));
  const [orderA, orderB] = [first, second].map(list => list.map(({index}) => index).join(', '));
  // Another document in the same place is no other order where both have the same score.
  const moved = first.some(
    ({score}, at) =>
      Math.abs(score - (second[at]?.score ?? Number.NaN)) > scoreTolerance || !scores.has(first[at]?.index ?? -1),
  );
  const gaps = first.map(({index, score}) => Math.abs(score - (scores.get(index) ?? Number.NaN)));
  const widest = Math.max(0, ...gaps);
  const close = widest <= scoreTolerance;
  const order = orderA === orderB ? 'same' : moved || !close ? 'different' : 'compatible';
  const textOf = (list: typeof first) => list.map(({text}) => kindOf(text));
  return [
    found('results[].index', order, `${orderA} and ${orderB}`),
    found(
      'results[].score',
      widest === 0 ? 'same' : close ? 'compatible' : 'different',
      `furthest apart by ${widest.toPrecision(3)}`,
    ),
    equal('results[].text', textOf(first), textOf(second)),
    ...presence('results[].', fieldsOf(first[0]) ?? {}, fieldsOf(second[0]) ?? {}, ['index', 'score', 'text']),
  ];
};

/** Fields that only one has: a caller may have read one that is gone, and does not read one that is new. */
const presence = (prefix: string, a: object, b: object, known: readonly string[] = []): readonly FieldDifference[] => {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].filter(name => !known.includes(name));
  return names.flatMap(name => {
    const [inA, inB] = [Object.hasOwn(a, name), Object.hasOwn(b, name)];
    if (inA && inB) return [];
    return [found(prefix + name, inA ? 'different' : 'compatible', `only the ${inA ? 'first' : 'second'} has it`)];
  });
};

/** How each field is compared; one that is not here must be equal. */
const fieldRules: ReadonlyMap<string, Compare> = new Map([
  ['embeddings', vectors],
  ['content', sameKind],
  // The engine's name: it is what a migration changes.
  ['framework', sameKind],
  ['usage.prompt_tokens', count],
  ['usage.total_tokens', count],
  // How long an answer is, is the model's; that it is told is not.
  ['usage.completion_tokens', sameKind],
]);

/** In a chat the total goes with the answer's length. */
const ruleFor = (subject: Subject | 'error', field: string): Compare =>
  subject === 'chat' && field === 'usage.total_tokens' ? sameKind : (fieldRules.get(field) ?? equal);

const walk = (subject: Subject | 'error', prefix: string, a: unknown, b: unknown): readonly FieldDifference[] => {
  const [first, second] = [fieldsOf(a), fieldsOf(b)];
  if (first === null || second === null)
    return [found(prefix || 'body', kindOf(a) === kindOf(b) ? 'same' : 'different', both(a, b))];
  const start = prefix === '' ? '' : `${prefix}.`;
  const shared = Object.keys(first).filter(name => Object.hasOwn(second, name));
  return [
    ...presence(start, first, second),
    ...shared.flatMap(name => {
      const field = start + name;
      if (subject === 'rerank' && field === 'results') return ranking(first[name], second[name]);
      const nested = fieldsOf(first[name]) !== null && fieldsOf(second[name]) !== null;
      if (nested) return walk(subject, field, first[name], second[name]);
      return [ruleFor(subject, field)(field, first[name], second[name])];
    }),
  ];
};

/** Only that there is a sentence under `error` is the contract's; its words are each service's own. */
const errors = (a: unknown, b: unknown): readonly FieldDifference[] => {
  const [first, second] = [fieldsOf(a)?.error, fieldsOf(b)?.error];
  return [sameKind('error', first ?? null, second ?? null)];
};

/** The fields of two replies of one kind: each of them once, with what it comes to. */
export const differences = (subject: Subject | 'error', a: unknown, b: unknown): readonly FieldDifference[] =>
  subject === 'error' ? errors(a, b) : walk(subject, '', a, b);
