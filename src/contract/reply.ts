import type {Answer} from '../schema/answer.ts';

/** What is kept of a reply: its JSON with seven significant digits, as float32 has, or the beginning of its text. */
export interface KeptReply {
  readonly json?: unknown;
  readonly text?: string;
}

const rounded = (_: string, value: unknown) =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(7)) : value;

export const keptOf = (body: string): KeptReply => {
  try {
    return {json: JSON.parse(body, rounded)};
  } catch {
    return {text: body.slice(0, 500)};
  }
};

/** Undefined where the reply was no JSON. */
export const jsonOf = ({reply}: Answer): unknown => (reply as KeptReply | null)?.json;

/** What was asked, undefined where it was no JSON or is told in words. */
export const askedOf = ({request: {body}}: Answer): unknown => {
  try {
    return JSON.parse(body ?? '');
  } catch {
    return undefined;
  }
};

export type Fields = Readonly<Record<string, unknown>>;

export const fieldsOf = (value: unknown): Fields | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;

export const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** Vectors of an /embed reply; null where it has none. */
export const vectorsOf = (json: unknown): readonly (readonly number[])[] | null => {
  const list = fieldsOf(json)?.embeddings;
  const isVector = (item: unknown) => Array.isArray(item) && item.length > 0 && item.every(Number.isFinite);
  return Array.isArray(list) && list.every(isVector) ? list : null;
};

export interface Ranked {
  readonly index: number;
  readonly score: number;
  readonly text?: unknown;
}

/** Results of a /rerank reply; null where it has none. */
export const rankingOf = (json: unknown): readonly Ranked[] | null => {
  const list = fieldsOf(json)?.results;
  const isRanked = (item: unknown) => {
    const fields = fieldsOf(item);
    return fields !== null && isCount(fields.index) && typeof fields.score === 'number';
  };
  return Array.isArray(list) && list.every(isRanked) ? list : null;
};
