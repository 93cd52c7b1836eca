import type {Engine, WholeReply} from './engine.ts';
import {readErrorMessage} from './error-reply.ts';
import {countAt, parseJson, textAt, valueAt} from './json-field.ts';
import {embeddings, ranking, standardChat} from './request-body.ts';
import {rankedByForm, serving} from './serving.ts';
import {readStandardUsage} from './usage.ts';
import {notWhole, readScores, readVectors, withoutOutput} from './whole-reply.ts';

/** Any server with OpenAI's API, asked with nothing but that: a gateway, another engine, a hosted one. */
export const openai: Engine = {
  name: 'openai',
  title: 'OpenAI-compatible server',
  simulated: false,
  simulatorDialect: null,
  defaultPort: 8000,
  launch: null,

  health: {method: 'GET', path: '/v1/models', ready: ({status}) => status === 200},
  factPaths: ['/v1/models'],
  readFacts: bodies => {
    const models = parseJson(bodies['/v1/models'] ?? '');
    return {
      version: null,
      model: textAt(models, 'data', 0, 'id'),
      contextTokens: countAt(models, 'data', 0, 'max_model_len'),
      kvTokens: null,
      pageTokens: null,
      reportsCachedTokens: null,
    };
  },

  streams: true,
  serving: serving({}, rankedByForm),
  path: kind => ({chat: '/v1/chat/completions', embed: '/v1/embeddings', rerank: '/v1/rerank'})[kind],
  body: (request, model) => {
    if (request.kind === 'chat') return standardChat(request, model);
    return request.kind === 'embed' ? embeddings(request, model) : ranking(request, model);
  },
  readUsage: readStandardUsage,
  readWhole: (request, reply): WholeReply => {
    if (request.kind === 'chat') return notWhole;
    const usage = withoutOutput(readStandardUsage(valueAt(reply, 'usage')));
    if (request.kind === 'embed') return {usage, ...readVectors(request, reply)};
    // OpenAI has no ranking: servers answer in Cohere's form or, like SGLang, with the bare list.
    const contents = Array.isArray(reply)
      ? readScores(request, reply, 'score')
      : readScores(request, valueAt(reply, 'results'), 'relevance_score');
    return {usage, ...contents};
  },
  readError: readErrorMessage,

  cacheReset: null,
  weights: null,
  tokenize: null,
  metrics: null,
};
