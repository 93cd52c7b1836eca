import {valueAt} from '../engines/json-field.ts';
import {readContent, readEmbeddings} from '../engines/serving.ts';
import type {Role} from '../schema/request.ts';
import type {Bodies} from './bodies.ts';
import {askWhole, jsonOf, type Question} from './exchange.ts';
import {Refusal} from './refusal.ts';
import type {Target} from './target.ts';
import {vectorsAsWritten} from './vectors-as-written.ts';
import type {Visit} from './visit.ts';

/** A body as it came, and what it says. */
export interface Asked<Kind extends Role> {
  readonly bytes: Buffer;
  readonly body: Bodies[Kind];
}

export const endpointFor = ({endpoints}: Target, role: Role, model: string | null | undefined) => {
  const endpoint = endpoints[role];
  if (endpoint === undefined) throw new Refusal('not_served', `No server here serves ${role}`);
  if (model != null && model !== endpoint.model)
    throw new Refusal(
      'unknown_model',
      `The model ${JSON.stringify(model)} is not served here: it is ${endpoint.model}`,
      'model',
    );
  return endpoint;
};

const noAnswer = (what: string) => new Refusal('engine_failed', `The engine's reply has no ${what}`);

/** `asked` null: the target is such a service itself, and is asked in the caller's own words. */
export const questionFor = (
  target: Target,
  kind: Role,
  url: string,
  asked: object | null,
  bytes: Buffer,
): Question => ({
  url,
  path: target.engine.path(kind),
  body: asked === null ? bytes : JSON.stringify(asked),
});

const embed = async (target: Target, {body: {texts, model}, bytes}: Asked<'embed'>, visit: Visit) => {
  const {engine} = target;
  const {url, facts, ...endpoint} = endpointFor(target, 'embed', model);
  if (engine.serving === null) return askWhole(target, questionFor(target, 'embed', url, null, bytes), visit);
  const asked = engine.body({kind: 'embed', id: '', texts}, endpoint.model);
  const said = await askWhole(target, questionFor(target, 'embed', url, asked, bytes), visit);
  const rest = (told: unknown) => {
    const {promptTokens} = engine.readUsage(told, facts);
    const usage = promptTokens === null ? {} : {prompt_tokens: promptTokens, total_tokens: promptTokens};
    return {model: endpoint.model, usage};
  };
  const written = vectorsAsWritten(said.toString(), texts.length);
  if (written !== null)
    return Buffer.from(`{"embeddings":[${written.vectors.join()}],${JSON.stringify(rest(written.usage)).slice(1)}`);
  const reply = jsonOf(said);
  const embeddings = readEmbeddings(reply, texts.length);
  if (embeddings === null) throw noAnswer(`vector for each of ${texts.length} texts`);
  return {embeddings, ...rest(valueAt(reply, 'usage'))};
};

/** All documents are ranked, and sorted here: equal scores stand in the order of the request on every engine. */
const rerank = async (target: Target, {body, bytes}: Asked<'rerank'>, visit: Visit) => {
  const {engine} = target;
  const {query, documents, top_n, model} = body;
  const {url, ...endpoint} = endpointFor(target, 'rerank', model);
  if (engine.serving === null) return askWhole(target, questionFor(target, 'rerank', url, null, bytes), visit);
  const asked = engine.body({kind: 'rerank', id: '', query, documents}, endpoint.model);
  const reply = await askWhole(target, questionFor(target, 'rerank', url, asked, bytes), visit);
  const scores = engine.serving.readScores(jsonOf(reply));
  const scored = new Set(scores?.map(({index}) => index).filter(index => index < documents.length));
  if (scores === null || scores.length !== documents.length || scored.size !== documents.length)
    throw noAnswer(`score for each of ${documents.length} documents`);
  const results = scores
    .toSorted((a, b) => b.score - a.score || a.index - b.index)
    .slice(0, top_n || undefined) // 0 is all, as none is
    .map(({index, score}) => ({index, score, text: documents[index]}));
  return {results, model: endpoint.model};
};

/** OpenAI's names; empty where the engine does not tell both. */
export const chatUsage = ({engine}: Target, usage: unknown, facts: Parameters<typeof engine.readUsage>[1]) => {
  const {promptTokens, outputTokens} = engine.readUsage(usage, facts);
  if (promptTokens === null || outputTokens === null) return {};
  return {prompt_tokens: promptTokens, completion_tokens: outputTokens, total_tokens: promptTokens + outputTokens};
};

const chat = async (target: Target, {body, bytes}: Asked<'chat'>, visit: Visit) => {
  const {serving} = target.engine;
  const {url, facts, ...endpoint} = endpointFor(target, 'chat', body.model);
  if (serving === null) return askWhole(target, questionFor(target, 'chat', url, null, bytes), visit);
  const {messages, max_tokens: maxTokens, temperature} = body;
  const asked = serving.chat({messages, maxTokens, temperature}, endpoint.model);
  const reply = jsonOf(await askWhole(target, questionFor(target, 'chat', url, asked, bytes), visit));
  const content = readContent(reply);
  if (content === null) throw noAnswer('message');
  return {content, model: endpoint.model, usage: chatUsage(target, valueAt(reply, 'usage'), facts)};
};

/** What each path answers with: an object, or the bytes of one; each throws a Refusal where it cannot. */
export const answers: {
  readonly [Kind in Role]: (target: Target, asked: Asked<Kind>, visit: Visit) => Promise<object>;
} = {embed, rerank, chat};
