import {z} from 'zod';
import {issueSentence} from './issue-sentence.ts';
import {Refusal} from './refusal.ts';

// A lone surrogate is a JSON string but no text: UTF-8 has no bytes for it.
const text = z.string('must be a text').refine(value => value.isWellFormed(), 'is not well-formed Unicode text');
const saying = text
  .refine(value => value.trim() !== '', 'is empty or only white space')
  .meta({pattern: String.raw`\S`}); // as the OpenAPI document says it
const items = z.array(saying, 'must be a list of texts').min(1, 'is empty');
/** Optional fields may be null, as pydantic's Optional; fields with a default may not. */
const model = text.nullish();

/** Fields that are not here are ignored, as pydantic ignores them. */
export const bodies = {
  embed: z.object({texts: items, model}),
  rerank: z.object({query: saying, documents: items, top_n: z.int().min(0).nullish(), model}),
  chat: z.object({
    messages: z.array(z.object({role: saying, content: text}), 'must be a list of messages').min(1, 'is empty'),
    model,
    max_tokens: z.int().min(1).default(1024),
    temperature: z.number().min(0).default(0.7),
    stream: z.boolean().default(false),
  }),
};
export type Bodies = {readonly [Kind in keyof typeof bodies]: z.output<(typeof bodies)[Kind]>};

const utf8 = new TextDecoder('utf-8', {fatal: true});

/** The JSON of a body; throws a Refusal for bytes that are no UTF-8 and text that is no JSON. */
export const parseBody = (bytes: Buffer): unknown => {
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

/** The body as the endpoint takes it, defaults filled in; throws a Refusal that names the first field that is wrong. */
export const readBody = <Kind extends keyof Bodies>(kind: Kind, json: unknown): Bodies[Kind] => {
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
