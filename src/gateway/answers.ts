import type {Endpoint, Engine} from '../engines/engine.ts';
import {valueAt} from '../engines/json-field.ts';
import {readContent, readEmbeddings, type Serving} from '../engines/serving.ts';
import type {Role} from '../schema/request.ts';
import type {Bodies} from './bodies.ts';
import {Refusal} from './refusal.ts';
import type {Upstream} from './upstream.ts';

/** A stack as the service sees it. */
export interface Served {
  readonly engine: Engine;
  readonly serving: Serving;
  /** Roles without a server are answered with 501. */
  readonly endpoints: Readonly<Partial<Record<Role, Pick<Endpoint, 'url' | 'model' | 'facts'>>>>;
  readonly upstream: Upstream;
}

const endpointFor = ({endpoints}: Served, role: Role, model: string | null | undefined) => {
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

const embed = async (served: Served, {texts, model}: Bodies['embed'], signal: AbortSignal) => {
  const {engine, upstream} = served;
  const {url, facts, ...endpoint} = endpointFor(served, 'embed', model);
  const asked = engine.body({kind: 'embed', id: '', texts}, endpoint.model);
  const reply = await upstream.ask(url + engine.path('embed'), asked, signal);
  const embeddings = readEmbeddings(reply, texts.length);
  if (embeddings === null) throw noAnswer(`vector for each of ${texts.length} texts`);
  const {promptTokens} = engine.readUsage(valueAt(reply, 'usage'), facts);
  const usage = promptTokens === null ? {} : {prompt_tokens: promptTokens, total_tokens: promptTokens};
  return {embeddings, model: endpoint.model, usage};
};

/** All documents are ranked, and sorted here: equal scores stand in the order of the request on every engine. */
const rerank = async (served: Served, {query, documents, top_n, model}: Bodies['rerank'], signal: AbortSignal) => {
  const {engine, serving, upstream} = served;
  const endpoint = endpointFor(served, 'rerank', model);
  const asked = engine.body({kind: 'rerank', id: '', query, documents}, endpoint.model);
  const scores = serving.readScores(await upstream.ask(endpoint.url + engine.path('rerank'), asked, signal));
  const scored = new Set(scores?.map(({index}) => index).filter(index => index < documents.length));
  if (scores === null || scores.length !== documents.length || scored.size !== documents.length)
    throw noAnswer(`score for each of ${documents.length} documents`);
  const results = scores
    .toSorted((a, b) => b.score - a.score || a.index - b.index)
    .slice(0, top_n || undefined) // 0 is all, as none is
    .map(({index, score}) => ({index, score, text: documents[index]}));
  return {results, model: endpoint.model};
};

const chat = async (served: Served, body: Bodies['chat'], signal: AbortSignal) => {
  const {engine, serving, upstream} = served;
  const {url, facts, ...endpoint} = endpointFor(served, 'chat', body.model);
  const {messages, max_tokens: maxTokens, temperature} = body;
  const asked = serving.chat({messages, maxTokens, temperature}, endpoint.model);
  const reply = await upstream.ask(url + engine.path('chat'), asked, signal);
  const content = readContent(reply);
  if (content === null) throw noAnswer('message');
  const {promptTokens, outputTokens} = engine.readUsage(valueAt(reply, 'usage'), facts);
  const usage =
    promptTokens === null || outputTokens === null
      ? {}
      : {prompt_tokens: promptTokens, completion_tokens: outputTokens, total_tokens: promptTokens + outputTokens};
  return {content, model: endpoint.model, usage};
};

/** What each path answers with; each throws a Refusal where it cannot. */
export const answers: {
  readonly [Kind in keyof Bodies]: (served: Served, body: Bodies[Kind], signal: AbortSignal) => Promise<object>;
} = {embed, rerank, chat};
