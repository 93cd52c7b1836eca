/** One answer of the probe; `text` is null where it failed. */
export interface ProbeAnswer {
  readonly sentMs: number;
  readonly endMs: number;
  readonly text: string | null;
  readonly promptTokens: number | null;
  readonly problem: string | null;
}

export interface ToldApart {
  readonly answersBefore: number;
  readonly answersAfter: number;
  readonly apart: boolean;
  /** End of the first answer that is the new weights'; null where there is none, or the two cannot be told apart. */
  readonly firstNewEndMs: number | null;
}

/** Characters that two answers begin with alike. */
const sharedBeginning = (one: string, other: string): number => {
  let at = 0;
  while (at < one.length && at < other.length && one[at] === other[at]) at += 1;
  return at;
};

const nearness = (text: string, to: ReadonlySet<string>): number =>
  Math.max(...[...to].map(other => (other === text ? Number.POSITIVE_INFINITY : sharedBeginning(text, other))));

/**
 * Whose answer is whose. Greedy answers are not bit-stable under load, since the batch that a request is in changes the last digits of its
 * logits and now and then a token. But then an answer leaves the usual one somewhere on its way, whereas other weights begin another
 * one. So what only old weights can have answered (it ended by `changedMs`) and what only new ones can (it was sent from `overMs` on, when
 * all was over) are two sets, and each answer between belongs to the set with which it shares the longer beginning. Where both share as
 * much it is nobody's, and where an answer is in both sets nothing is told.
 */
export const tellApart = (
  answers: readonly ProbeAnswer[],
  {changedMs, overMs}: {readonly changedMs: number; readonly overMs: number},
): ToldApart => {
  const given = answers.flatMap(({text, ...answer}) => (text === null ? [] : [{...answer, text}]));
  const before = new Set(given.filter(({endMs}) => endMs <= changedMs).map(({text}) => text));
  const after = new Set(given.filter(({sentMs}) => sentMs >= overMs).map(({text}) => text));
  const apart = before.size > 0 && after.size > 0 && [...before].every(text => !after.has(text));
  const first = given.find(
    ({endMs, text}) => apart && endMs > changedMs && nearness(text, after) > nearness(text, before),
  );
  return {
    answersBefore: before.size,
    answersAfter: after.size,
    apart,
    firstNewEndMs: first?.endMs ?? null,
  };
};
