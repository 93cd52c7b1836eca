import {Ajv2020, type ValidateFunction} from 'ajv/dist/2020.js';
import type {DescribedReply, OpenApi} from '../../gateway/openapi.ts';
import {refusalStatuses} from '../../gateway/refusal.ts';
import type {FuzzCase} from './case.ts';
import type {WholeReply} from './reply-reader.ts';

/** Refusals that are no fault of the request's form. */
const ofTheService = new Set(['refused', 'unknown_model', 'engine_unavailable', 'too_many']);
const advised = new Set([429, 503]);

const parsed = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
};

/** By the contract alone: one shape of errors, with a code that belongs to the status. */
const refusalProblem = ({status, body}: WholeReply): string | null => {
  const said = parsed(body) as {error?: unknown; code?: unknown; field?: unknown} | undefined;
  if (typeof said?.error !== 'string' || said.error === '') return 'its error has no sentence';
  if ((refusalStatuses as Record<string, number>)[String(said.code)] !== status)
    return `its code is ${String(said.code)}`;
  if (said.field !== null && typeof said.field !== 'string') return 'its field is neither null nor a text';
  return Object.keys(said).length === 3 ? null : `it has the fields ${Object.keys(said).join(', ')}`;
};

const expectationProblem = ({expected}: FuzzCase, {status, body}: WholeReply): string | null => {
  const code = String((parsed(body) as {code?: unknown} | undefined)?.code);
  const taken = status < 300 || ofTheService.has(code);
  const ok = {
    taken,
    invalid: code === 'invalid',
    refused: status >= 400 && status < 500,
    whole: taken || (status >= 400 && status < 500),
  }[expected];
  return ok ? null : `${expected} was expected`;
};

/** Says what is wrong with a reply to a case, by the document and by the contract; null for nothing. */
export const judgeBy = ({paths}: OpenApi): ((played: FuzzCase, reply: WholeReply) => string | null) => {
  const ajv = new Ajv2020({strict: false});
  const compiled = new Map<object, ValidateFunction>();
  const validate = (schema: object) => {
    const known = compiled.get(schema) ?? ajv.compile(schema);
    compiled.set(schema, known);
    return known;
  };

  const documentProblem = (responses: Readonly<Record<string, DescribedReply>>, reply: WholeReply): string | null => {
    const described = responses[reply.status];
    if (described === undefined) return 'the document has no such status';
    const [type = ''] = (reply.headers['content-type'] ?? '').split(';');
    const content = described.content[type];
    if (content === undefined) return `the document has no ${type} for it`;
    if (type === 'text/event-stream')
      return /\ndata: (\[DONE\]|\{"error".*)\n\n$/s.test(reply.body.toString()) ? null : 'the stream has no end';
    const check = validate(content.schema);
    return check(parsed(reply.body)) ? null : `the document does not describe it: ${ajv.errorsText(check.errors)}`;
  };

  return (played, reply) => {
    const {status, headers} = reply;
    const operation =
      played.path === null ? undefined : paths[played.path]?.[played.method.toLowerCase() as 'get' | 'post'];
    const id = headers['x-request-id'];
    const problem =
      (status >= 500 && status !== 503 ? 'it is the service that fails' : null) ??
      (id === undefined || !/^[\w.:-]{1,128}$/.test(id) ? `its id is ${id}` : null) ??
      (played.id !== null && id !== played.id ? `its id is ${id}, not ${played.id}` : null) ??
      (advised.has(status) && headers['retry-after'] === undefined && played.path !== '/health'
        ? 'no retry-after'
        : null) ??
      (played.method === 'HEAD'
        ? null
        : (expectationProblem(played, reply) ?? (status >= 400 ? refusalProblem(reply) : null))) ??
      (operation === undefined ? null : documentProblem(operation.responses, reply));
    return problem === null ? null : `${status}: ${problem}`;
  };
};
