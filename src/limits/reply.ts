import type {Engine, ServerFacts} from '../engines/engine.ts';
import {countAt, parseJson, valueAt} from '../engines/json-field.ts';
import {readEmbeddings} from '../engines/serving.ts';
import type {PosedReply} from '../examinations/pose.ts';
import type {EmbedRequest, RerankRequest} from '../schema/request.ts';

/** What a question asks for beyond its texts; absent where it asks for nothing of the kind. */
export interface Asked {
  /** Of the whole text, or of question and document together, special tokens included. */
  readonly tokens?: number;
  /** The longest that the server says it takes; null where it says nothing. */
  readonly contextTokens?: number | null;
  readonly dimensions?: number;
  readonly texts?: number;
  readonly documents?: number;
  readonly topN?: number;
}

interface Ranked {
  readonly index: number;
  /** On the engine's own scale. */
  readonly score: number;
}

/** What an answers file keeps of a reply: enough to judge it by, without hundreds of vectors. */
export interface LimitsReply {
  readonly asked: Asked;
  /** The server's words where it refused; null where it did not. */
  readonly refusal: string | null;
  /** Why the server was taken to be gone after this question; null where it was not, absent in older files. */
  readonly gone?: string | null;
  readonly promptTokens: number | null;
  /** Why the reply is not an answer; null where it is one. */
  readonly problem: string | null;
  /** Of the first and the last text. */
  readonly vectors: readonly (readonly number[])[];
  /** In the reply's order. */
  readonly ranking: readonly Ranked[];
}

export const replyOf = (
  engine: Pick<Engine, 'readWhole' | 'readError'>,
  facts: ServerFacts,
  request: EmbedRequest | RerankRequest,
  asked: Asked,
  reply: PosedReply | null,
): LimitsReply => {
  const nothing = {asked, refusal: null, promptTokens: null, problem: null, vectors: [], ranking: []};
  if (reply === null) return nothing;
  if (reply.status >= 400)
    return {...nothing, refusal: engine.readError(reply.body) ?? (reply.body.slice(0, 200) || 'no words at all')};
  const body = parseJson(reply.body);
  const {usage, problem} = engine.readWhole(request, body, facts);
  const read = request.kind === 'embed' ? {vectors: endsOf(vectorsIn(body))} : {ranking: rankingIn(body)};
  return {...nothing, promptTokens: usage.promptTokens, problem, ...read};
};

const endsOf = <Item>(items: readonly Item[]): readonly Item[] =>
  items.length <= 2 ? items : [items[0] as Item, items.at(-1) as Item];

/** Of OpenAI's list, or of the service's plain one. */
const vectorsIn = (body: unknown): readonly (readonly number[])[] => {
  const plain = valueAt(body, 'embeddings');
  const data = Array.isArray(plain) ? plain.map((embedding, index) => ({index, embedding})) : valueAt(body, 'data');
  return (Array.isArray(data) && readEmbeddings({data}, data.length)) || [];
};

/** Of a list of results, with a head around it or bare; entries without a score are left out. */
const rankingIn = (body: unknown): readonly Ranked[] => {
  const results = Array.isArray(body) ? body : valueAt(body, 'results');
  if (!Array.isArray(results)) return [];
  return results.flatMap(result => {
    const index = countAt(result, 'index');
    const score = valueAt(result, 'relevance_score') ?? valueAt(result, 'score');
    return index === null || typeof score !== 'number' ? [] : [{index, score}];
  });
};
