import {countAt, valueAt} from './json-field.ts';
import {readVector} from './vector.ts';

/** A chat as the service's caller asked for it, defaults filled in. */
interface ServedChat {
  readonly messages: readonly {readonly role: string; readonly content: string}[];
  readonly maxTokens: number;
  readonly temperature: number;
}

export interface Score {
  /** Of the document in the request. */
  readonly index: number;
  /** 0…1 on every engine. */
  readonly score: number;
}

/** What a service in front of an engine needs of it beyond Engine's paths and bodies. */
export interface Serving {
  /** The JSON body for a chat that is answered whole. */
  chat(request: ServedChat, model: string): Record<string, unknown>;
  /** What a ranking says, in the engine's order; null where it is none. */
  readScores(reply: unknown): readonly Score[] | null;
}

/** Neutral, so that neither engine takes the model's own from its generation_config.json. */
export const neutralSampling = {top_p: 1, top_k: -1, repetition_penalty: 1};

/** `sampling` are the fields that every chat is sent with; `readScores` knows the engine's scale. */
export const serving = (sampling: Record<string, number>, readScores: Serving['readScores']): Serving => ({
  chat: ({messages, maxTokens, temperature}, model) => ({
    model,
    messages,
    max_tokens: maxTokens,
    temperature,
    stream: false,
    ...sampling,
  }),
  readScores,
});

const sigmoid = (logit: number) => 1 / (1 + Math.exp(-logit));

const scoresIn = (list: unknown, key: string): readonly Score[] | null => {
  if (!Array.isArray(list)) return null;
  const scores = list.flatMap(entry => {
    const [index, score] = [countAt(entry, 'index'), valueAt(entry, key)];
    return index === null || typeof score !== 'number' ? [] : [{index, score}];
  });
  return scores.length === list.length ? scores : null;
};

/** Cohere's form, which vLLM answers in: it has put a sigmoid on the model's logit. */
export const rankedByShare = (reply: unknown) => scoresIn(valueAt(reply, 'results'), 'relevance_score');

/** SGLang's form, a bare list of logits: the sigmoid is left to us. */
export const rankedByLogit = (reply: unknown) =>
  scoresIn(reply, 'score')?.map(({index, score}) => ({index, score: sigmoid(score)})) ?? null;

/** For a server that is only known to be OpenAI-compatible: a bare list is SGLang's. */
export const rankedByForm = (reply: unknown) => (Array.isArray(reply) ? rankedByLogit(reply) : rankedByShare(reply));

/** OpenAI's embedding list as vectors in the texts' order; null where it is not one vector for each of `texts`. */
export const readEmbeddings = (reply: unknown, texts: number): readonly (readonly number[])[] | null => {
  const data = valueAt(reply, 'data');
  if (!Array.isArray(data) || data.length !== texts) return null;
  const vectors = new Map(data.map(entry => [countAt(entry, 'index'), readVector(valueAt(entry, 'embedding'))]));
  const ordered = Array.from({length: texts}, (_, index) => vectors.get(index) ?? null);
  return ordered.every(vector => vector !== null) ? ordered : null;
};

/** The answer's text; '' where all of it was reasoning, null where the reply has no message. */
export const readContent = (reply: unknown): string | null => {
  const message = valueAt(reply, 'choices', 0, 'message');
  if (typeof message !== 'object' || message === null) return null;
  const content = valueAt(message, 'content');
  return typeof content === 'string' ? content : '';
};
