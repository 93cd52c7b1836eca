import {httpProperties} from './http-properties.ts';
import {answeredBy, type Property} from './property.ts';
import {askedOf, fieldsOf, isCount, jsonOf, rankingOf, vectorsOf} from './reply.ts';
import {shown} from './shown.ts';

/** Exactly these fields; those in `optional` may be missing. */
const fieldsProblem = (json: unknown, wanted: readonly string[], optional: readonly string[] = []): string | null => {
  const fields = fieldsOf(json);
  if (fields === null) return `the reply is no object: ${shown(json)}`;
  const missing = wanted.find(name => !Object.hasOwn(fields, name));
  if (missing !== undefined) return `${missing} is missing`;
  const extra = Object.keys(fields).find(name => !wanted.includes(name) && !optional.includes(name));
  return extra === undefined ? null : `${extra} is no field of the contract`;
};

const modelProblem = (json: unknown): string | null => {
  const model = fieldsOf(json)?.model;
  return typeof model === 'string' && model !== '' ? null : `model is ${shown(model)}`;
};

const usageProblem = (json: unknown, wanted: readonly string[]): string | null => {
  const usage = fieldsOf(fieldsOf(json)?.usage);
  if (usage === null) return 'usage is missing';
  const missing = wanted.find(name => !isCount(usage[name]) || usage[name] === 0);
  if (missing !== undefined) return `usage.${missing} is ${shown(usage[missing])}`;
  const odd = Object.entries(usage).find(([, value]) => !isCount(value));
  return odd === undefined ? null : `usage.${odd[0]} is ${shown(odd[1])}, not a whole number`;
};

const embed: readonly Property[] = [
  {
    id: 'embed-fields',
    title: '/embed answers with embeddings, model and usage, and nothing else',
    about: answeredBy('embed'),
    problem: answer => fieldsProblem(jsonOf(answer), ['embeddings', 'model', 'usage']) ?? modelProblem(jsonOf(answer)),
  },
  {
    id: 'embed-vectors',
    title: '/embed has one vector of numbers for each text, all of one length',
    about: answeredBy('embed'),
    problem: answer => {
      const vectors = vectorsOf(jsonOf(answer));
      if (vectors === null) return 'embeddings are no lists of numbers';
      const texts = fieldsOf(askedOf(answer))?.texts;
      if (Array.isArray(texts) && texts.length !== vectors.length)
        return `${vectors.length} vectors for ${texts.length} texts`;
      const lengths = new Set(vectors.map(({length}) => length));
      return lengths.size <= 1 ? null : `vectors of ${[...lengths].join(' and ')} numbers`;
    },
  },
  {
    id: 'embed-usage',
    title: '/embed tells its total_tokens, as whole numbers only',
    about: answeredBy('embed'),
    problem: answer => usageProblem(jsonOf(answer), ['total_tokens']),
  },
];

const rerank: readonly Property[] = [
  {
    id: 'rerank-fields',
    title: '/rerank answers with results (index, score, text) and model, and nothing else',
    about: answeredBy('rerank'),
    problem: answer => {
      const json = jsonOf(answer);
      const problem = fieldsProblem(json, ['results', 'model']) ?? modelProblem(json);
      const results = fieldsOf(json)?.results;
      if (problem !== null || !Array.isArray(results)) return problem ?? 'results is no list';
      const problems = results.map(result => fieldsProblem(result, ['index', 'score'], ['text']));
      return problems.find(one => one !== null) ?? null;
    },
  },
  {
    id: 'rerank-index',
    title: '/rerank names every document once, and its text is that of the request',
    about: answeredBy('rerank'),
    problem: answer => {
      const ranking = rankingOf(jsonOf(answer));
      if (ranking === null) return 'results have no index or score';
      const documents = fieldsOf(askedOf(answer))?.documents;
      if (!Array.isArray(documents)) return null;
      if (new Set(ranking.map(({index}) => index)).size < ranking.length) return 'a document is there twice';
      const odd = ranking.find(
        ({index, text}) => index >= documents.length || (text != null && text !== documents[index]),
      );
      return odd === undefined ? null : `index ${odd.index} comes with ${shown(odd.text)}`;
    },
  },
  {
    id: 'rerank-top',
    title: '/rerank answers with top_n documents, or with all where it is 0, null or absent',
    about: answeredBy('rerank'),
    problem: answer => {
      const {documents, top_n: top} = fieldsOf(askedOf(answer)) ?? {};
      const count = rankingOf(jsonOf(answer))?.length ?? 0;
      if (!Array.isArray(documents) || (top != null && !isCount(top))) return null;
      const wanted = Math.min(top || documents.length, documents.length);
      return count === wanted ? null : `${count} results for ${wanted}`;
    },
  },
  {
    id: 'rerank-order',
    title: '/rerank has the highest score first',
    about: answeredBy('rerank'),
    problem: answer => {
      const scores = rankingOf(jsonOf(answer))?.map(({score}) => score) ?? [];
      const place = scores.findIndex((score, at) => at > 0 && score > (scores[at - 1] as number));
      return place < 0 ? null : `${scores[place]} stands behind ${scores[place - 1]}`;
    },
  },
  {
    id: 'rerank-scale',
    title: '/rerank scores lie between 0 and 1',
    about: answeredBy('rerank'),
    problem: answer => {
      const odd = rankingOf(jsonOf(answer))?.find(({score}) => !(score >= 0 && score <= 1));
      return odd === undefined ? null : `a score of ${odd.score}`;
    },
  },
];

const chatAndHealth: readonly Property[] = [
  {
    id: 'chat-fields',
    title: '/chat answers with content, model and usage, and nothing else',
    about: answeredBy('chat'),
    problem: answer => {
      const json = jsonOf(answer);
      const content = fieldsOf(json)?.content;
      const wrong = typeof content === 'string' ? null : `content is ${shown(content)}`;
      return fieldsProblem(json, ['content', 'model', 'usage']) ?? modelProblem(json) ?? wrong;
    },
  },
  {
    id: 'chat-usage',
    title: '/chat tells its prompt_tokens and completion_tokens, as whole numbers only',
    about: answeredBy('chat'),
    problem: answer => usageProblem(jsonOf(answer), ['prompt_tokens', 'completion_tokens']),
  },
  {
    id: 'chat-limit',
    title: '/chat answers with max_tokens at most, 1024 where it is absent',
    about: answeredBy('chat'),
    problem: answer => {
      const {max_tokens: limit = 1024} = fieldsOf(askedOf(answer)) ?? {};
      const tokens = fieldsOf(fieldsOf(jsonOf(answer))?.usage)?.completion_tokens;
      return isCount(tokens) && isCount(limit) && limit > 0 && tokens > limit ? `${tokens} tokens for ${limit}` : null;
    },
  },
  {
    id: 'health-fields',
    title: '/health says status healthy, framework and the models llm, embedding and rerank',
    about: answeredBy('health'),
    problem: answer => {
      const json = jsonOf(answer);
      const {status, framework, models} = fieldsOf(json) ?? {};
      const problem =
        fieldsProblem(json, ['status', 'framework', 'models']) ?? fieldsProblem(models, ['llm', 'embedding', 'rerank']);
      if (problem !== null) return problem;
      return status === 'healthy' && typeof framework === 'string' ? null : `status is ${shown(status)}`;
    },
  },
];

export const properties: readonly Property[] = [...httpProperties, ...embed, ...rerank, ...chatAndHealth];
