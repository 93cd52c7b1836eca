import {z} from 'zod';
import type {Problem} from './dialects/dialect.ts';

/** Thrown where a request turns out not to be served; the server answers with it in the dialect's shape. */
export class Refusal extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}

/** Said as FastAPI says it, in which both engines are written. */
export const invalid = (message: string, param: string | null = null) =>
  new Refusal({kind: 'invalid', status: 400, message: `1 validation error:\n  ${message}`, param});

export const invalidAt = (path: readonly (string | number)[], type: string, message: string) => {
  const location = path.map(key => (typeof key === 'number' ? String(key) : `'${key}'`)).join(', ');
  return invalid(`{'type': '${type}', 'loc': (${location}), 'msg': '${message}'}`, path.join('.'));
};

const model = z.string().nullish();
/** SGLang's, of a prefill/decode pair. A router draws rooms from 63 bits: both servers round them alike. */
const bootstrap = {
  bootstrap_host: z.string().nullish(),
  bootstrap_port: z.int().nullish(),
  bootstrap_room: z.number().nullish(),
};
const textPart = z.object({type: z.literal('text'), text: z.string()}).transform(part => part.text);
const content = z.union([z.string(), z.array(textPart).transform(texts => texts.join('\n'))]).nullish();
const message = z.object({role: z.string(), content: content.transform(text => text ?? '')});
const outputTokens = z.int().min(1).nullish();

export const chatBody = z.object({
  model,
  messages: z.array(message).min(1),
  max_tokens: outputTokens,
  max_completion_tokens: outputTokens,
  stream: z.boolean().nullish(),
  lora_path: z.string().nullish(),
  ...bootstrap,
  stream_options: z
    .object({include_usage: z.boolean().nullish(), continuous_usage_stats: z.boolean().nullish()})
    .nullish(),
});

const tokenIds = z.array(z.int().min(0)).min(1);
export const embedBody = z.object({
  model,
  input: z.union([
    z.string().transform(text => [text]),
    z.array(z.string()).min(1),
    tokenIds.transform(ids => [ids]),
    z.array(tokenIds).min(1),
  ]),
  encoding_format: z.enum(['float', 'base64']).default('float'),
  dimensions: z.int().nullish(),
});

export const rerankBody = z.object({
  model,
  query: z.string(),
  documents: z.array(z.string()).min(1),
  top_n: z.int().min(0).nullish(),
  return_documents: z.boolean().default(true),
  use_activation: z.boolean().nullish(),
});

export const tokenizeBody = z.union([
  // A chat model's tokenizer has no special tokens of its own: only who asks for them gets those of the encoder.
  z.object({model, prompt: z.string(), add_special_tokens: z.boolean().default(false)}),
  z.object({model, messages: z.array(message).min(1), add_generation_prompt: z.boolean().default(true)}),
]);

/** JSON text as `schema` has it; throws a Refusal that names the first thing wrong. */
export const readBody = <Schema extends z.ZodType>(schema: Schema, text: string): z.output<Schema> => {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    const at = / at position (\d+)/.exec((cause as Error).message)?.[1] ?? text.length;
    throw invalidAt(['body', Number(at)], 'json_invalid', 'JSON decode error');
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = (issue?.path ?? []).map(key => (typeof key === 'number' ? key : String(key)));
  throw invalidAt(['body', ...path], issue?.code ?? 'custom', issue?.message ?? '');
};
