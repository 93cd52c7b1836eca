import type {Answer} from '../schema/answer.ts';
import type {Check} from '../schema/examination.ts';
import type {LimitsReply} from './reply.ts';

export interface Findings {
  readonly checks: readonly Check[];
  readonly measures: Readonly<Record<string, number | null>>;
}

/** An answer with what was kept of it. */
export interface Told extends Pick<Answer, 'id' | 'pass' | 'status' | 'failure'> {
  readonly reply: LimitsReply;
}

/** As an answers file has them; the examiner wrote `reply`. */
export const toldOf = (answers: readonly Answer[]): readonly Told[] =>
  answers.map(answer => ({...answer, reply: answer.reply as LimitsReply}));

export const check = (
  id: string,
  title: string,
  outcome: Check['outcome'],
  detail: string,
  example: string | null = null,
): Check => ({id, title, outcome, detail, example});

export type Broken = Pick<Check, 'outcome' | 'detail' | 'example'>;

/**
 * Why there is nothing to look into: the server ended, no reply, a refusal, or a reply that is no answer. Null where there
 * is something. A refusal in the words of an `earlier` one is not told again.
 */
export const brokenOff = (told: Told, earlier: readonly Told[] = []): Broken | null => {
  const {status, failure, reply} = told;
  const what =
    status === null ? `no reply (${failure ?? 'nothing came'})` : `HTTP ${status}: ${clipped(reply.refusal)}`;
  if (typeof reply.gone === 'string')
    return {
      outcome: 'fail',
      detail: `${what}, and the server stopped answering after this question`,
      example: inputOf(told),
    };
  if (status === null) return {outcome: 'unknown', detail: what, example: null};
  if (status >= 500) return {outcome: 'fail', detail: what, example: inputOf(told)};
  if (status >= 400) {
    const first = earlier.find(other => other.status === status && wordsOf(other) === wordsOf(told));
    return {
      outcome: 'note',
      detail: first === undefined ? what : `HTTP ${status}, as with ${amountOf(first)}`,
      example: null,
    };
  }
  return reply.problem === null ? null : {outcome: 'fail', detail: reply.problem, example: inputOf(told)};
};

/** The check of a question that there is nothing to look into. */
export const brokenCheck = (id: string, title: string, {outcome, detail, example}: Broken): Check =>
  check(id, title, outcome, detail, example);

const longestRefusal = 200;

/** As many whole sentences as fit: engines explain at length. */
const clipped = (refusal: string | null): string | null => {
  if (refusal === null || refusal.length <= longestRefusal) return refusal;
  const end = refusal.lastIndexOf('. ', longestRefusal - 2);
  return end === -1 ? refusal : `${refusal.slice(0, end + 1)} …`;
};

/** Without the numbers, which differ with the question. */
const wordsOf = ({reply}: Told) => reply.refusal?.replaceAll(/\d+/g, 'n') ?? null;

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;

const amountOf = ({id, reply: {asked}}: Told): string => {
  if (asked.tokens !== undefined) return counted(asked.tokens, 'token');
  return asked.dimensions === undefined ? id : counted(asked.dimensions, 'dimension');
};

/** A question in words: texts of thousands of tokens are made anew from their length sooner than read. */
export const inputOf = ({id, reply: {asked}}: Told): string => {
  const isRanking = id.startsWith('rerank/');
  if (asked.tokens !== undefined)
    return isRanking
      ? `a question and one document, ${counted(asked.tokens, 'token')} together`
      : `a text of ${counted(asked.tokens, 'token')}`;
  if (asked.dimensions !== undefined) return `a text, of which ${counted(asked.dimensions, 'dimension')} are asked for`;
  const what = isRanking ? counted(asked.documents ?? 1, 'document') : counted(asked.texts ?? 1, 'text');
  const top = asked.topN === undefined ? '' : `, top_n ${asked.topN}`;
  return `${id.slice(id.indexOf('/') + 1)}: ${what}${top}`;
};

/** A difference or a share, in as few digits as tell it. */
export const short = (value: number): string => String(Number(value.toPrecision(3)));
/** A cosine, where the digits after the nines matter. */
export const cosineText = (value: number): string => value.toFixed(6);
