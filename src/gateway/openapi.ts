import {z} from 'zod';
import {arms} from '../schema/block.ts';
import {evidence} from '../schema/finding.ts';
import {type Bodies, bodies} from './bodies.ts';
import {refusalStatuses} from './refusal.ts';

type RefusalCode = keyof typeof refusalStatuses;
type Headers = Readonly<Record<string, {readonly description: string; readonly schema: object}>>;

export interface DescribedReply {
  readonly description: string;
  readonly headers: Headers;
  /** By content type. */
  readonly content: Readonly<Record<string, {readonly schema: object}>>;
}

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters?: readonly object[];
  readonly requestBody?: object;
  /** By status. */
  readonly responses: Readonly<Record<string, DescribedReply>>;
}

/** As much of an OpenAPI document as this one has. */
export interface OpenApi {
  readonly openapi: string;
  readonly info: object;
  readonly jsonSchemaDialect: string;
  readonly security: readonly object[];
  readonly paths: Readonly<Record<string, {readonly get?: Operation; readonly post?: Operation}>>;
  readonly components: {readonly schemas: Readonly<Record<keyof Bodies, object>>; readonly securitySchemes: object};
}

const count = z.int().min(0);
const model = z.string().describe('Which model answered');

const ranked = z.object({
  index: count.describe('Its place among the documents of the request'),
  score: z.number().min(0).max(1),
  text: z.string(),
});
const chatUsage = z.object({prompt_tokens: count, completion_tokens: count, total_tokens: count}).partial();

/** What each path answers with when it does. */
const replies: {readonly [Kind in keyof Bodies]: z.ZodType} = {
  embed: z.object({
    embeddings: z.array(z.array(z.number())).describe('One vector for each text, in order'),
    model,
    usage: z.object({prompt_tokens: count, total_tokens: count}).partial(),
  }),
  rerank: z.object({results: z.array(ranked).describe('The best first'), model}),
  chat: z.object({content: z.string(), model, usage: chatUsage}),
};

const served = z.string().nullable();
const health = z.object({
  status: z.enum(['healthy', 'unhealthy']),
  framework: served,
  models: z.object({llm: served, embedding: served, rerank: served}),
});

const summaries: {readonly [Kind in keyof Bodies]: string} = {
  embed: 'A vector for each text',
  rerank: 'Documents in the order of how well they answer a query',
  chat: 'The next message of a conversation, whole or as it is made',
};

const header = (description: string, schema: object = {type: 'string'}) => ({description, schema});
const always: Headers = {
  'x-request-id': header('The caller’s own, or one that was made', {type: 'string', pattern: '^[\\w.:-]{1,128}$'}),
};
const ofAnswers: Headers = {
  ...always,
  'x-cutover-target': header('Who answered', {type: 'string', enum: arms}),
  'x-cutover-evidence': header('Says that the answer is made up', {type: 'string', enum: evidence.options}),
};
/** Statuses with a header that the rest of the refusals lacks. */
const ofStatus: Readonly<Record<number, Headers>> = {
  401: {'www-authenticate': header('Bearer')},
  413: {connection: header('close')},
  429: {'retry-after': header('Seconds', {type: 'string', pattern: '^[0-9]+$'})},
  503: {'retry-after': header('Seconds', {type: 'string', pattern: '^[0-9]+$'})},
};

const jsonSchema = (schema: z.ZodType, io: 'input' | 'output') => {
  const {$schema: _, ...rest} = z.toJSONSchema(schema, {io});
  return rest;
};
const json = (schema: object) => ({'application/json': {schema}});
const reply = (description: string, headers: Headers, content: DescribedReply['content']): DescribedReply => ({
  description,
  headers,
  content,
});

const refusal = (status: number, codes: readonly RefusalCode[]) =>
  reply(
    codes.join(', '),
    {...always, ...ofStatus[status]},
    json({
      type: 'object',
      properties: {
        error: {type: 'string', description: 'A sentence'},
        code: {type: 'string', enum: codes},
        field: {type: ['string', 'null'], description: 'The field of the body that is to blame, as documents.2'},
      },
      required: ['error', 'code', 'field'],
      additionalProperties: false,
    }),
  );

/** Replies to a path that is not there, or is there with another method: no operation has them. */
const ofNoOperation: readonly RefusalCode[] = ['unknown_path', 'wrong_method'];

const refusals = (taken: (code: RefusalCode) => boolean) => {
  const codes = (Object.keys(refusalStatuses) as RefusalCode[]).filter(taken);
  const byStatus = Map.groupBy(codes, code => refusalStatuses[code]);
  return Object.fromEntries([...byStatus].map(([status, those]) => [String(status), refusal(status, those)]));
};

const operation = (kind: keyof Bodies): {post: Operation} => ({
  post: {
    operationId: kind,
    summary: summaries[kind],
    parameters: [
      {
        name: 'x-request-id',
        in: 'header',
        required: false,
        description: 'Comes back where it is 1 to 128 letters, digits, and _ . : -; else one is made',
        schema: {type: 'string'},
      },
    ],
    requestBody: {required: true, content: json({$ref: `#/components/schemas/${kind}`})},
    responses: {
      200: reply('The answer', ofAnswers, {
        ...json(jsonSchema(replies[kind], 'output')),
        ...(kind === 'chat' ? {'text/event-stream': {schema: {}}} : {}),
      }),
      ...refusals(code => !ofNoOperation.includes(code)),
    },
  },
});

const page = (operationId: string, summary: string, responses: Operation['responses']) => ({
  get: {operationId, summary, responses},
});

/** The service as an OpenAPI 3.1 document, of the schemas that its requests are read with; docs/contract.md says the rest. */
export const openapi = (): OpenApi => {
  const kinds = Object.keys(bodies) as (keyof Bodies)[];
  const schemas = Object.fromEntries(kinds.map(kind => [kind, jsonSchema(bodies[kind], 'input')]));
  const healthPage = json(jsonSchema(health, 'output'));
  return {
    openapi: '3.1.0',
    info: {title: 'The service on :3001', version: '1', description: 'docs/contract.md of cutover explains it.'},
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    // Without a token on 127.0.0.1, with one where it listens elsewhere.
    security: [{}, {token: []}],
    paths: {
      ...Object.fromEntries(kinds.map(kind => [`/${kind}`, operation(kind)])),
      '/health': page('health', 'Whether every server behind it is ready', {
        200: reply('All are', always, healthPage),
        503: reply('One is not', always, healthPage),
      }),
      '/openapi.json': page('openapi', 'This document', {200: reply('It', always, json({type: 'object'}))}),
    },
    components: {
      schemas: schemas as Record<keyof Bodies, object>,
      securitySchemes: {token: {type: 'http', scheme: 'bearer'}},
    },
  };
};
