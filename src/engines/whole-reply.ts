import type {EmbedRequest, RerankRequest} from '../schema/request.ts';
import type {Usage, WholeReply} from './engine.ts';
import {countAt, valueAt} from './json-field.ts';

type Contents = Pick<WholeReply, 'items' | 'problem'>;

/** OpenAI's embedding list: one vector of numbers for every text, all of one dimension. */
export const readVectors = ({texts}: EmbedRequest, reply: unknown): Contents => {
  const data = valueAt(reply, 'data');
  if (!Array.isArray(data)) return {items: 0, problem: 'the reply has no `data` list'};
  const vectors = data.map(entry => valueAt(entry, 'embedding'));
  const dimension = Array.isArray(vectors[0]) ? vectors[0].length : 0;
  const bad = vectors.findIndex(vector => !isVector(vector, dimension));
  if (bad >= 0) return {items: data.length, problem: `embedding ${bad} is not ${dimension || 'a list of'} numbers`};
  return {items: data.length, problem: indexProblem(data, texts.length)};
};

const isVector = (value: unknown, dimension: number) =>
  Array.isArray(value) && value.length > 0 && value.length === dimension && value.every(Number.isFinite);

/** A ranking: every document once, each with a score of the engine's own scale under `scoreKey`. */
export const readScores = ({documents}: RerankRequest, results: unknown, scoreKey: string): Contents => {
  if (!Array.isArray(results)) return {items: 0, problem: 'the reply has no list of results'};
  const bad = results.findIndex(result => !Number.isFinite(valueAt(result, scoreKey)));
  if (bad >= 0) return {items: results.length, problem: `result ${bad} has no number as \`${scoreKey}\``};
  return {items: results.length, problem: indexProblem(results, documents.length)};
};

/** The entries' `index` must be 0 … asked-1, in any order. */
const indexProblem = (entries: readonly unknown[], asked: number): string | null => {
  if (entries.length !== asked) return `the reply has ${entries.length} items for ${asked}`;
  const indexes = new Set(entries.map(entry => countAt(entry, 'index')));
  const missing = Array.from({length: asked}, (_, index) => index).find(index => !indexes.has(index));
  return missing === undefined ? null : `no item has index ${missing}`;
};

/** Embedding and ranking generate nothing, though some servers then report 0 completion tokens: a measured 0 it is not. */
export const withoutOutput = (usage: Usage): Usage => ({...usage, outputTokens: null});

/** For a request whose reply is a stream and never comes here whole. */
export const notWhole: WholeReply = {
  usage: {promptTokens: null, outputTokens: null, cachedPromptTokens: null},
  items: 0,
  problem: 'a chat reply is a stream, not one whole reply',
};
