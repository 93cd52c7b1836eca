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
 * 'counted': a difference is there or not (1 or 0), and its share of the questions is judged.
 */
export interface Measure {
  readonly id: string;
  /** As a sentence that is true where nothing differs. */
  readonly title: string;
  readonly kind: 'graded' | 'counted';
  /** What rounding alone can come to, whatever an engine differs from itself; 0 for what is counted. */
  readonly floor: number;
  /** For every question that both sides answered so that this can be told, by id. */
  between(a: Answers, b: Answers): ReadonlyMap<string, Apart>;
}

type Kind = ParityReply['kind'];
type Of<Name extends Kind> = Extract<ParityReply, {kind: Name}>;

export const equal = (detail: string): Apart => ({difference: 0, detail});
export const differs = (detail: string): Apart => ({difference: 1, detail});
export const sameOrNot = (a: unknown, b: unknown): Apart =>
  a === b ? equal(`${a}`) : differs(`${JSON.stringify(a)} against ${JSON.stringify(b)}`);

/** A measure that looks at one question at a time; `apart` gives null where it cannot be told. */
export const each =
  <Name extends Kind>(kind: Name, apart: (a: Of<Name>, b: Of<Name>) => Apart | null): Measure['between'] =>
  (a, b) => {
    const found = new Map<string, Apart>();
    for (const [id, {reply: left}] of a) {
      const right = b.get(id)?.reply;
      if (left.kind !== kind || right?.kind !== kind) continue;
      const seen = apart(left as Of<Name>, right as Of<Name>);
      if (seen !== null) found.set(id, seen);
    }
    return found;
  };

export const shareLost = (kept: number, of: string): Apart => ({
  difference: 1 - kept,
  detail: `${Math.round(kept * 1000) / 10} % of ${of} are the same`,
});

export const rounded = (value: number) => Number(value.toPrecision(4));

/** Half the distance of two numbers beside 1 in half precision, in which engines compute: one rounding. */
export const halfRounding = 2 ** -11;
