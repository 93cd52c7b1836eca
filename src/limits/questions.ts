import type {EmbedRequest, RerankRequest} from '../schema/request.ts';
import type {Asked} from './reply.ts';
import {question, sentence} from './texts.ts';

export interface LimitsQuestion {
  /** Without the role that stands before it in an answer's id. */
  readonly name: string;
  /** 2 where it is asked again. */
  readonly pass: number;
  readonly request: Omit<EmbedRequest, 'id'> | Omit<RerankRequest, 'id'>;
  readonly asked: Asked;
}

/** Numbers of a vector that the service promised, 256 to 1024. */
const dimensionsAsked = [256, 512, 768, 1024];
const batch = 128;
const documentCounts = [1, 10, 50, 100, 500];
const topsAsked = [1, 3, 10, 15, 0];

const embed = (name: string, texts: readonly string[], changes: Partial<EmbedRequest> = {}, pass = 1) => {
  const {dimensions} = changes;
  const asked = dimensions === undefined ? {texts: texts.length} : {dimensions};
  return {name, pass, request: {kind: 'embed' as const, texts, ...changes}, asked};
};

const sentences = (count: number) => Array.from({length: count}, (_, index) => sentence(index));

const rank = (name: string, documents: readonly string[], {topN, pass = 1}: {topN?: number; pass?: number} = {}) => {
  const top = topN === undefined ? {} : {topN};
  const asked = {documents: documents.length, ...top};
  return {name, pass, request: {kind: 'rerank' as const, query: question, documents, ...top}, asked};
};

const [first, last] = [sentence(0), sentence(batch - 1)];

/** Everything but lengths, which come after these: past its limit a server may die. */
export const questions: Readonly<Record<'embed' | 'rerank', readonly LimitsQuestion[]>> = {
  embed: [
    embed('alone/first', [first]),
    embed('alone/first', [first], {}, 2),
    embed('alone/last', [last]),
    embed('base64', [first], {encoding: 'base64'}),
    embed('batch', sentences(batch)),
    ...dimensionsAsked.map(dimensions => embed(`dimensions/${dimensions}`, [first], {dimensions})),
    embed('empty', ['']),
    embed('blank', [' \n ']),
  ],
  rerank: [
    ...documentCounts.map(count => rank(`documents/${count}`, sentences(count))),
    rank('documents/10', sentences(10), {pass: 2}),
    ...topsAsked.map(topN => rank(`top/${topN}`, sentences(10), {topN})),
    rank('empty-document', [sentence(0), '']),
    rank('blank-document', [sentence(0), ' \n ']),
    {
      name: 'empty-query',
      pass: 1,
      request: {kind: 'rerank', query: '', documents: sentences(2)},
      asked: {documents: 2},
    },
  ],
};
