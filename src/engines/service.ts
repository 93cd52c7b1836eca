import type {Engine, WholeReply} from './engine.ts';
import {readErrorMessage} from './error-reply.ts';
import {parseJson, textAt, valueAt} from './json-field.ts';
import {readStandardUsage} from './usage.ts';
import {readScores, readVectors, withoutOutput} from './whole-reply.ts';

/** The service on :3001 of docs/contract.md, whatever runs behind it: /embed, /rerank, /chat and /health. */
export const service: Engine = {
  name: 'service',
  title: 'Service with /embed, /rerank and /chat',
  simulated: false,
  simulatorDialect: null,
  defaultPort: 3001,
  launch: null,

  health: {method: 'GET', path: '/health', ready: ({status}) => status === 200},
  factPaths: ['/health'],
  readFacts: bodies => {
    const models = valueAt(parseJson(bodies['/health'] ?? ''), 'models');
    const named = {chat: textAt(models, 'llm'), embed: textAt(models, 'embedding'), rerank: textAt(models, 'rerank')};
    const told = Object.entries(named).filter(([, model]) => model !== null);
    return {
      version: null,
      model: named.chat ?? named.embed ?? named.rerank,
      ...(told.length === 0 ? {} : {models: Object.fromEntries(told)}),
      contextTokens: null,
      kvTokens: null,
      pageTokens: null,
      reportsCachedTokens: null,
    };
  },

  path: kind => `/${kind}`,
  streams: false,
  serving: null,
  // Without `model`: each path has its own, and what a service makes of another name is for the contract suite to see.
  body: request => {
    if (request.kind === 'embed') return {texts: request.texts};
    if (request.kind === 'rerank')
      return {
        query: request.query,
        documents: request.documents,
        ...(request.topN === undefined ? {} : {top_n: request.topN}),
      };
    return {messages: request.messages, max_tokens: request.outputTokens, temperature: 0};
  },
  readUsage: readStandardUsage,
  readWhole: (request, reply): WholeReply => {
    const usage = readStandardUsage(valueAt(reply, 'usage'));
    if (request.kind === 'chat') {
      const problem = typeof valueAt(reply, 'content') === 'string' ? null : 'the reply has no `content`';
      return {usage, items: 1, problem};
    }
    if (request.kind === 'rerank')
      return {usage: withoutOutput(usage), ...readScores(request, valueAt(reply, 'results'), 'score')};
    const embeddings = valueAt(reply, 'embeddings');
    const data = Array.isArray(embeddings) ? embeddings.map((embedding, index) => ({index, embedding})) : undefined;
    return {usage: withoutOutput(usage), ...readVectors(request, {data})};
  },
  readError: readErrorMessage,

  cacheReset: null,
  weights: null,
  tokenize: null,
  metrics: null,
};
