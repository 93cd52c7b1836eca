import type {Endpoint, Engine} from '../engines/engine.ts';
import {countAt, parseJson, textAt, valueAt} from '../engines/json-field.ts';
import {readEmbeddings} from '../engines/serving.ts';
import {readVector} from '../engines/vector.ts';
import type {PosedReply} from '../examinations/pose.ts';
import type {ChatRequest, EmbedRequest, RerankRequest, WorkloadRequest} from '../schema/request.ts';
import type {ReadStream} from './reply.ts';
import {vectorText} from './reply.ts';
import {readStream} from './stream.ts';

/** The parsed body of a reply that answers the request, else null. */
const whole = (engine: Engine, {facts}: Endpoint, request: WorkloadRequest, reply: PosedReply | null): unknown => {
  if (reply?.status !== 200) return null;
  const parsed = parseJson(reply.body);
  return engine.readWhole(request, parsed, facts).problem === null ? parsed : null;
};

const longestRefusal = 200;

/** The beginning of the server's own sentence, as a part of what is kept; nothing where it did not refuse. */
export const refusalOf = ({readError}: Pick<Engine, 'readError'>, reply: PosedReply | null): {refusal?: string} => {
  if (reply === null || reply.status < 400) return {};
  const words = readError(reply.body) ?? reply.body;
  return words === '' ? {} : {refusal: words.slice(0, longestRefusal).toWellFormed()};
};

/** For each of the request's texts; null where the reply is no answer. */
export const vectorsOf = (
  engine: Engine,
  endpoint: Endpoint,
  request: EmbedRequest,
  reply: PosedReply | null,
): readonly (string | null)[] | null => {
  const parsed = whole(engine, endpoint, request, reply);
  if (parsed === null) return null;
  const lists = valueAt(parsed, 'embeddings'); // of the service; the engines have OpenAI's `data`
  const vectors = Array.isArray(lists) ? lists.map(readVector) : readEmbeddings(parsed, request.texts.length);
  return vectors?.map(vector => vector && vectorText(vector)) ?? null;
};

/** Probabilities of the request's documents, whatever scale the engine answers in; null where the reply is no answer. */
export const scoresOf = (
  engine: Engine,
  endpoint: Endpoint,
  request: RerankRequest,
  reply: PosedReply | null,
): readonly number[] | null => {
  const parsed = whole(engine, endpoint, request, reply);
  const results = valueAt(parsed, 'results');
  const ranked =
    engine.serving === null && Array.isArray(results)
      ? results.map(result => ({index: countAt(result, 'index'), score: valueAt(result, 'score')}))
      : engine.serving?.readScores(parsed);
  const byPlace = new Map(ranked?.map(({index, score}) => [index, score]));
  const scores = request.documents.map((_, place) => byPlace.get(place));
  // What is no probability was put on the scale by the wrong rule: better no score than a wrong one.
  return scores.every(score => typeof score === 'number' && score >= 0 && score <= 1) ? (scores as number[]) : null;
};

/** Null where no whole answer came. */
export const streamOf = (
  engine: Engine,
  endpoint: Endpoint,
  request: ChatRequest,
  reply: PosedReply | null,
): ReadStream | null => {
  if (engine.streams) return reply?.status === 200 ? readStream(reply.body) : null;
  const parsed = whole(engine, endpoint, request, reply);
  if (parsed === null) return null;
  const {promptTokens, outputTokens} = engine.readUsage(valueAt(parsed, 'usage'), endpoint.facts);
  return {
    pieces: [textAt(parsed, 'content') ?? ''],
    finishReason: textAt(parsed, 'finish_reason'),
    promptTokens,
    outputTokens,
    shape: ['one whole reply'],
  };
};
