import type {EmbedRequest, RerankRequest} from '../schema/request.ts';
import type {Usage, WholeReply} from './engine.ts';
import {countAt, valueAt} from './json-field.ts';
import {readVector} from './vector.ts';

type Contents = Pick<WholeReply, 'items' | 'problem'>;

/** OpenAI's embedding list: one vector for every text, written as was asked, all of one dimension. */
export const readVectors = (request: EmbedRequest, reply: unknown): Contents => {
  const data = valueAt(reply, 'data');
  if (!Array.isArray(data)) return {items: 0, problem: 'the reply has no `data` list'};
  const problem =
    vectorsProblem(
      request,
      data.map(entry => valueAt(entry, 'embedding')),
    ) ??
    countProblem(data, request.texts.length) ??
    indexProblem(data, request.texts.length);
  return {items: data.length, problem};
};

const vectorsProblem = ({dimensions, encoding = 'float'}: EmbedRequest, written: readonly unknown[]): string | null => {
  const inBase64 = encoding === 'base64';
  const lengths = written.map(vector =>
    (typeof vector === 'string') === inBase64 ? readVector(vector)?.length : null,
  );
  const first = lengths[0] ?? 0;
  const bad = lengths.findIndex(length => (length ?? 0) === 0 || length !== first);
  if (bad >= 0) return `embedding ${bad} is not ${first || (inBase64 ? 'base64 of' : 'a list of')} numbers`;
  return dimensions === undefined || written.length === 0 || first === dimensions
    ? null
    : `the vectors have ${first} numbers, and ${dimensions} were asked for`;
};

/** How many results a ranking of `documents` has: the `topN` best, or all of them. */
export const resultsOf = ({documents, topN}: RerankRequest): number =>
  Math.min(topN ?? documents.length, documents.length);

/**
 * A ranking: every document once, each with a score of the engine's own scale under `scoreKey`; where the best were asked
 * for, so many different ones with the best first.
 */
export const readScores = (request: RerankRequest, results: unknown, scoreKey: string): Contents => {
  if (!Array.isArray(results)) return {items: 0, problem: 'the reply has no list of results'};
  const scores = results.map(result => valueAt(result, scoreKey));
  const bad = scores.findIndex(score => !Number.isFinite(score));
  if (bad >= 0) return {items: results.length, problem: `result ${bad} has no number as \`${scoreKey}\``};
  const {topN, documents} = request;
  const problem =
    countProblem(results, resultsOf(request)) ??
    (topN === undefined
      ? indexProblem(results, documents.length)
      : (choiceProblem(results, documents.length) ?? orderProblem(scores as readonly number[])));
  return {items: results.length, problem};
};

const countProblem = (entries: readonly unknown[], asked: number): string | null =>
  entries.length === asked ? null : `the reply has ${entries.length} items for ${asked}`;

/** The entries' `index` must be 0 … asked-1, in any order. */
const indexProblem = (entries: readonly unknown[], asked: number): string | null => {
  const indexes = new Set(entries.map(entry => countAt(entry, 'index')));
  const missing = Array.from({length: asked}, (_, index) => index).find(index => !indexes.has(index));
  return missing === undefined ? null : `no item has index ${missing}`;
};

/** The entries' `index` must be different ones of 0 … documents-1. */
const choiceProblem = (entries: readonly unknown[], documents: number): string | null => {
  const indexes = entries.map(entry => countAt(entry, 'index'));
  const place = indexes.findIndex(index => index === null || index >= documents);
  if (place >= 0) return `result ${place} is none of the ${documents} documents`;
  const repeated = indexes.findIndex((index, at) => indexes.indexOf(index) < at);
  return repeated < 0 ? null : `document ${indexes[repeated]} is there twice`;
};

const orderProblem = (scores: readonly number[]): string | null => {
  const place = scores.findIndex((score, at) => at > 0 && score > (scores[at - 1] as number));
  return place < 0 ? null : `result ${place} has a higher score than the one before it`;
};

/** Embedding and ranking generate nothing, though some servers then report 0 completion tokens: a measured 0 it is not. */
export const withoutOutput = (usage: Usage): Usage => ({...usage, outputTokens: null});

/** For a request whose reply is a stream and never comes here whole. */
export const notWhole: WholeReply = {
  usage: {promptTokens: null, outputTokens: null, cachedPromptTokens: null},
  items: 0,
  problem: 'a chat reply is a stream, not one whole reply',
};
