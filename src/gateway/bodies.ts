import {z} from 'zod';
import {valueAt} from '../engines/json-field.ts';
import {issueSentence} from '../issue-sentence.ts';
import {hasMoreValues} from './json-values.ts';
import {Refusal} from './refusal.ts';

// A lone surrogate is a JSON string but no text: UTF-8 has no bytes for it.
const text = z.string('must be a text').refine(value => value.isWellFormed(), 'is not well-formed Unicode text');
const saying = text
  .refine(value => value.trim() !== '', 'is empty or only white space')
  .meta({pattern: String.raw`\S`}); // as the OpenAPI document says it
/** Of texts, documents or messages: far more than any engine takes at a time, and few enough to be looked at in some milliseconds. */
const mostItems = 10_000;
const tooMany = `has over ${mostItems.toLocaleString('en')} entries: send them in several requests`;
const items = z.array(saying, 'must be a list of texts').min(1, 'is empty').max(mostItems, tooMany);
/** Optional fields may be null, as pydantic's Optional; fields with a default may not. */
const model = text.nullish();

/** Fields that are not here are ignored, as pydantic ignores them. */
export const bodies = {
  embed: z.object({texts: items, model}),
  rerank: z.object({query: saying, documents: items, top_n: z.int().min(0).nullish(), model}),
  chat: z.object({
    messages: z
      .array(z.object({role: saying, content: text}), 'must be a list of messages')
      .min(1, 'is empty')
      .max(mostItems, tooMany),
    model,
    max_tokens: z.int().min(1).default(1024),
    temperature: z.number().min(0).default(0.7),
    stream: z.boolean().default(false),
  }),
};
export type Bodies = {readonly [Kind in keyof typeof bodies]: z.output<(typeof bodies)[Kind]>};

/** Of a whole body, fields that are ignored included: 10,000 messages have a third of it. */
const mostValues = 100_000;

const utf8 = new TextDecoder('utf-8', {fatal: true});

/** The JSON of a body; throws a Refusal for bytes that are no UTF-8, text that is no JSON, and more values than any request has. */
export const parseBody = (bytes: Buffer): unknown => {
  // They would be made one by one while every other request waits: seconds for a few MiB of `{},{},{}`.
  if (hasMoreValues(bytes, mostValues))
    throw new Refusal('too_large', `The body has over ${mostValues.toLocaleString('en')} values`);
  let said: string;
  try {
    said = utf8.decode(bytes);
  } catch {
    throw new Refusal('invalid', 'The body is not UTF-8');
  }
  if (said.trim() === '') throw new Refusal('invalid', 'The body is empty');
  try {
    return JSON.parse(said);
  } catch (thrown) {
    throw new Refusal('invalid', `The body is not JSON: ${(thrown as Error).message}`);
  }
};

/** Before each entry is looked at: what zod finds wrong with them costs it a microsecond or two each. */
const refuseTooMany = (kind: keyof Bodies, json: unknown): void => {
  const field = {embed: 'texts', rerank: 'documents', chat: 'messages'}[kind];
  const list = valueAt(json, field);
  if (Array.isArray(list) && list.length > mostItems) throw new Refusal('invalid', `${field}: ${tooMany}`, field);
};

/** The body as the endpoint takes it, defaults filled in; throws a Refusal that names the first field that is wrong. */
export const readBody = <Kind extends keyof Bodies>(kind: Kind, json: unknown): Bodies[Kind] => {
  refuseTooMany(kind, json);
  const parsed = bodies[kind].safeParse(json);
  if (parsed.success) return parsed.data as Bodies[Kind];
  const [issue] = parsed.error.issues;
  const field = issue?.path.map(String).join('.') || null;
  throw new Refusal(
    'invalid',
    issue === undefined ? 'The body is not what this path takes' : issueSentence(issue),
    field,
  );
};
