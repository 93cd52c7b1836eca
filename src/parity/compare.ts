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
  /**
   * Of the two from one another: the largest difference of a graded measure; of a counted one the share of the questions
   * to which each gave one answer twice, and not that of the other. Null where no question was answered by both.
   */
  readonly between: number | null;
  /** Questions of a counted measure to which an engine gave two answers: nothing is made of them. Null of a graded one. */
  readonly unsteady: number | null;
  /** The median of a graded measure; null for a counted one. */
  readonly median: number | null;
  readonly verdict: 'same' | 'differs' | 'unknown';
  /** Questions whose answers are apart by more than the limit, or counted in `between`; the smallest input first. */
  readonly differences: readonly Difference[];
}

/** Fewer answers that were given twice say little of how often an engine differs from itself: of 8, up to 31 % (95 %). */
const fewestTwice = 8;

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

type Own = readonly [Distance | null, Distance | null];
type Judged = Pick<ComparedAnswers, 'n' | 'limit' | 'between' | 'unsteady' | 'median' | 'verdict' | 'differences'>;

/** Each question by the size of its difference, in the pass in which it is larger. */
const judgeGraded = (measure: Measure, a: AskedTwice, b: AskedTwice, own: Own): Judged => {
  const apart = worse(measure.between(a.first, b.first), measure.between(a.second, b.second));
  const limit = Math.max(measure.floor, ...own.map(one => factor * (one?.value ?? 0)));
  const sizes = [...apart.values()].map(({difference}) => difference);
  const between = apart.size === 0 ? null : sizeOf('graded', sizes);
  // Engines that differ from themselves so much that nothing could be beyond: it is not told whether they are the same.
  const blind = between !== 0 && limit >= measure.most;
  return {
    n: apart.size,
    limit,
    between,
    unsteady: null,
    median: between === null ? null : middle(sizes),
    verdict: between === null || blind ? 'unknown' : between > limit ? 'differs' : 'same',
    differences: differencesIn(apart, a.first, limit),
  };
};

/**
 * A near-tie that falls either way at random falls twice alike in both engines, and not the same way, in 1 of 8 cases; in 6
 * of 8 it is seen to be one. So that for each that is seen this many are not.
 */
const unseen = 1 / 6;

/** Each question by whether both engines stay with their answers, and those are not the same. */
const judgeCounted = (measure: Measure, a: AskedTwice, b: AskedTwice, own: Own): Judged => {
  const [first, second] = [measure.between(a.first, b.first), measure.between(a.second, b.second)];
  const asked = [...first].filter(([id]) => second.has(id));
  const isUnsteady = ([id]: readonly [string, Apart]) => own.some(one => (one?.apart.get(id)?.difference ?? 0) > 0);
  const isApart = ([id, apart]: readonly [string, Apart]) =>
    apart.difference > 0 || (second.get(id)?.difference ?? 0) > 0;
  const isTwiceApart = ([id, apart]: readonly [string, Apart]) =>
    apart.difference > 0 && (second.get(id)?.difference ?? 0) > 0;
  const [n, unsteady] = [asked.length, asked.filter(isUnsteady).length];
  const different = asked.filter(pair => isTwiceApart(pair) && !isUnsteady(pair));
  const limit = n === 0 ? 0 : (factor * unseen * unsteady) / n;
  const between = n === 0 ? null : different.length / n;
  const beyond = between !== null && between > limit;
  // Where an engine stays with less than half of its answers, the others do not speak for all.
  const blind = !beyond && unsteady > n / 2 && asked.some(isApart);
  return {
    n,
    limit,
    between,
    unsteady,
    median: null,
    verdict: between === null || blind ? 'unknown' : beyond ? 'differs' : 'same',
    differences: differencesIn(new Map(different), a.first, 0),
  };
};

const compareBy = (measure: Measure, a: AskedTwice, b: AskedTwice, fewest: number): ComparedAnswers => {
  const own = [distance(measure, a.first, a.second), distance(measure, b.first, b.second)] as const;
  const judged = (measure.kind === 'graded' ? judgeGraded : judgeCounted)(measure, a, b, own);
  // What is made of bad input is computed by no model: it does not differ by chance.
  const enough = own.every(one => one !== null && (one.n >= fewest || measure.id.startsWith('error.')));
  return {
    measure: {id: measure.id, title: measure.title, kind: measure.kind},
    ownA: own[0]?.value ?? null,
    ownB: own[1]?.value ?? null,
    ...judged,
    verdict: enough ? judged.verdict : 'unknown',
  };
};

/**
 * Two engines' answers, measure by measure, each held against what the engines differ from themselves. What nothing could
 * exceed, and what fewer than `fewest` questions tell, is unknown. Measures of what only one of them was asked are left out.
 */
export const compareParity = (a: AskedTwice, b: AskedTwice, fewest = fewestTwice): readonly ComparedAnswers[] =>
  measures.filter(measure => bothAsked(measure, a, b)).map(measure => compareBy(measure, a, b, fewest));

/** Questions that both were asked, by their ids: equal ids are equal questions. */
export const askedOfBoth = (a: AskedTwice, b: AskedTwice): number =>
  a.first.keys().reduce((count, id) => count + (b.first.has(id) ? 1 : 0), 0);
