import type {Subject} from './question.ts';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown) => typeof value === 'string' && value.isWellFormed();
const isSaying = (value: unknown) => isText(value) && (value as string).trim() !== '';
const listOf = (value: unknown, holds: (item: unknown) => boolean) =>
  Array.isArray(value) && value.length > 0 && value.every(holds);
const optional = (value: unknown, holds: (value: unknown) => boolean) => value === undefined || holds(value);
const nullable = (value: unknown, holds: (value: unknown) => boolean) => value == null || holds(value);
const isMessage = (value: unknown) => isObject(value) && isSaying(value.role) && isText(value.content);

/** Whether the contract has an answer for this body. Written apart from the gateway's own checks, to hold them against it. */
export const isWellFormed = (subject: Subject, body: unknown): boolean => {
  if (!isObject(body) || !nullable(body.model, isText)) return false;
  if (subject === 'embed') return listOf(body.texts, isSaying);
  if (subject === 'rerank') {
    const top = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
    return isSaying(body.query) && listOf(body.documents, isSaying) && nullable(body.top_n, top);
  }
  const atLeast = (least: number) => (value: unknown) => Number.isFinite(value) && (value as number) >= least;
  const tokens = (value: unknown) => Number.isSafeInteger(value) && atLeast(1)(value);
  return (
    listOf(body.messages, isMessage) && optional(body.max_tokens, tokens) && optional(body.temperature, atLeast(0))
  );
};
