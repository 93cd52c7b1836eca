import type {Answers, Apart, GivenAnswer, Measure} from './measure.ts';
import {measures} from './measures.ts';

/** What one server said to all questions, twice. */
export interface AskedTwice {
  readonly first: Answers;
  readonly second: Answers;
}

/** A question whose answers lie apart. */
export interface Difference {
  readonly id: string;
  readonly input: string;
  /** What `measure` came to. */
  readonly difference: number;
  readonly detail: string;
}

/** How far an engine is from itself, or two from one another, by one measure. */
export interface Distance {
  /** Questions that could be told. */
  readonly n: number;
  /** The largest of a graded measure, the share of a counted one. */
  readonly value: number;
  readonly apart: ReadonlyMap<string, Apart>;
}

export interface ComparedAnswers {
  readonly measure: Pick<Measure, 'id' | 'title' | 'kind'>;
  readonly n: number;
  /** Of each engine from itself; null where it was not asked twice. */
  readonly ownA: number | null;
  readonly ownB: number | null;
  /** Beyond it two engines differ more than either from itself. */
  readonly limit: number;
  /** Of the two from one another; null where no question was answered by both. */
  readonly between: number | null;
  /** The median of a graded measure; null for a counted one. */
  readonly median: number | null;
  readonly verdict: 'same' | 'differs' | 'unknown';
  /** Questions whose answers are apart by more than the limit, or that are counted; the smallest input first. */
  readonly differences: readonly Difference[];
}

/** Two engines without a difference are drawn from the same noise: of as many draws again, the largest is seldom twice as large. */
const factor = 2;

/** By pass; a question that was asked more often in a pass keeps its last answer. */
export const askedTwice = (answers: readonly (GivenAnswer & {readonly pass: number})[]): AskedTwice => {
  const inPass = (pass: number) => new Map(answers.filter(one => one.pass === pass).map(one => [one.id, one]));
  return {first: inPass(1), second: inPass(2)};
};

const sizeOf = (kind: Measure['kind'], differences: readonly number[]): number =>
  kind === 'graded'
    ? differences.reduce((a, b) => Math.max(a, b), 0)
    : differences.reduce((a, b) => a + b, 0) / differences.length;

/** Null where not one question can be told. */
export const distance = ({kind, between}: Measure, a: Answers, b: Answers): Distance | null => {
  const apart = between(a, b);
  if (apart.size === 0) return null;
  return {
    n: apart.size,
    value: sizeOf(
      kind,
      [...apart.values()].map(({difference}) => difference),
    ),
    apart,
  };
};

/** For each question the pass in which the two engines are further apart: in the same pass both had the same company. */
const worse = (one: ReadonlyMap<string, Apart>, other: ReadonlyMap<string, Apart>): Map<string, Apart> => {
  const merged = new Map(one);
  for (const [id, apart] of other) if (apart.difference > (merged.get(id)?.difference ?? -1)) merged.set(id, apart);
  return merged;
};

/** The smallest input first; of equally small ones the larger difference. */
export const differencesIn = (
  apart: ReadonlyMap<string, Apart>,
  answers: Answers,
  beyond: number,
): readonly Difference[] =>
  [...apart]
    .filter(([, {difference}]) => difference > beyond)
    .map(([id, {difference, detail}]) => ({id, input: answers.get(id)?.reply.input ?? '', difference, detail}))
    .sort((a, b) => a.input.length - b.input.length || b.difference - a.difference || (a.id < b.id ? -1 : 1));

const middle = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return ((sorted[Math.floor((sorted.length - 1) / 2)] ?? 0) + (sorted[Math.ceil((sorted.length - 1) / 2)] ?? 0)) / 2;
};

/** Whether both engines were asked what a measure is about: its id begins with that. */
const bothAsked = ({id}: Measure, a: AskedTwice, b: AskedTwice): boolean => {
  const [kind] = id.split('.');
  const asked = ({first}: AskedTwice) => first.values().some(({reply}) => reply.kind === kind || kind === 'answered');
  return asked(a) && asked(b);
};

const compareBy = (measure: Measure, a: AskedTwice, b: AskedTwice): ComparedAnswers => {
  const apart = worse(measure.between(a.first, b.first), measure.between(a.second, b.second));
  const own = [distance(measure, a.first, a.second), distance(measure, b.first, b.second)] as const;
  const limit = Math.max(measure.floor, ...own.map(one => factor * (one?.value ?? 0)));
  const sizes = [...apart.values()].map(({difference}) => difference);
  const between = apart.size === 0 ? null : sizeOf(measure.kind, sizes);
  const beyond = between !== null && between > limit;
  const told = between !== null && own.every(one => one !== null);
  return {
    measure: {id: measure.id, title: measure.title, kind: measure.kind},
    n: apart.size,
    ownA: own[0]?.value ?? null,
    ownB: own[1]?.value ?? null,
    limit,
    between,
    median: measure.kind === 'graded' && between !== null ? middle(sizes) : null,
    verdict: told ? (beyond ? 'differs' : 'same') : 'unknown',
    differences: differencesIn(apart, a.first, measure.kind === 'graded' ? limit : 0),
  };
};

/**
 * Two engines' answers, measure by measure. The limit of each is twice what the engines differ from themselves, and at
 * least what rounding comes to. Measures of what only one of them was asked are left out.
 */
export const compareParity = (a: AskedTwice, b: AskedTwice): readonly ComparedAnswers[] =>
  measures.filter(measure => bothAsked(measure, a, b)).map(measure => compareBy(measure, a, b));

/** Questions that both were asked, by their ids: equal ids are equal questions. */
export const askedOfBoth = (a: AskedTwice, b: AskedTwice): number =>
  a.first.keys().reduce((count, id) => count + (b.first.has(id) ? 1 : 0), 0);
