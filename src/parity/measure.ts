import type {ParityReply} from './reply.ts';

/** An answer as measures see it. */
export interface GivenAnswer {
  readonly id: string;
  readonly status: number | null;
  readonly reply: ParityReply;
}

/** The answers of one pass over the questions, by id. */
export type Answers = ReadonlyMap<string, GivenAnswer>;

/** How far two answers to one question lie apart: 0 is equal. */
export interface Apart {
  readonly difference: number;
  /** What is seen on the two sides. */
  readonly detail: string;
}

/**
 * One way in which answers can differ. 'graded': every question has a size of its difference, judged by itself.
 * 'counted': a difference is there or not (1 or 0), and the share of the questions in which it stays is judged.
 */
export interface Measure {
  readonly id: string;
  /** As a sentence that is true where nothing differs. */
  readonly title: string;
  readonly kind: 'graded' | 'counted';
  /** What rounding alone can come to, whatever an engine differs from itself; 0 for what is counted. */
  readonly floor: number;
  /** The largest that it can come to: with a limit as large as this nothing could be found. */
  readonly most: number;
  /** For every question that both sides answered so that this can be told, by id. */
  between(a: Answers, b: Answers): ReadonlyMap<string, Apart>;
}

type Kind = ParityReply['kind'];
type Of<Name extends Kind> = Extract<ParityReply, {kind: Name}>;

export const equal = (detail: string): Apart => ({difference: 0, detail});
export const differs = (detail: string): Apart => ({difference: 1, detail});
export const sameOrNot = (a: unknown, b: unknown): Apart =>
  a === b ? equal(`${a}`) : differs(`${JSON.stringify(a)} against ${JSON.stringify(b)}`);

/** Null where neither side tells it: two things that are not known are not the same. */
export const sameIfTold = (a: unknown, b: unknown): Apart | null => (a === null && b === null ? null : sameOrNot(a, b));

/** Whether a question got what was asked for; what a bad one got is no answer. */
export const isAnswered = ({reply}: Pick<GivenAnswer, 'reply'>): boolean => {
  if (reply.kind === 'embed') return reply.vector !== null;
  return reply.kind === 'rerank' ? reply.scores !== null : reply.kind === 'chat' && reply.stream !== null;
};

/** A measure that looks at one question at a time; `apart` gives null where it cannot be told. */
export const eachPair =
  (apart: (a: GivenAnswer, b: GivenAnswer) => Apart | null): Measure['between'] =>
  (a, b) => {
    const found = new Map<string, Apart>();
    for (const [id, left] of a) {
      const right = b.get(id);
      const seen = right === undefined ? null : apart(left, right);
      if (seen !== null) found.set(id, seen);
    }
    return found;
  };

/** The same for the replies of one kind. */
export const each = <Name extends Kind>(
  kind: Name,
  apart: (a: Of<Name>, b: Of<Name>) => Apart | null,
): Measure['between'] =>
  eachPair(({reply: a}, {reply: b}) =>
    a.kind === kind && b.kind === kind ? apart(a as Of<Name>, b as Of<Name>) : null,
  );

/** A measure of a difference that is there or not. */
export const counted = (id: string, title: string, between: Measure['between']): Measure => ({
  ...{id, title, between},
  ...{kind: 'counted', floor: 0, most: 1},
});

export const shareLost = (kept: number, of: string): Apart => ({
  difference: 1 - kept,
  detail: `${Math.round(kept * 1000) / 10} % of ${of} are the same`,
});

/** A text as one may find it again, in quotes on one line. */
export const named = (input: string): string =>
  JSON.stringify(input.length <= 40 ? input : `${input.slice(0, 39)}…`.toWellFormed());

export const rounded = (value: number) => Number(value.toPrecision(4));

/** Half the distance of two numbers beside 1 in half precision, in which engines compute: one rounding. */
export const halfRounding = 2 ** -11;
