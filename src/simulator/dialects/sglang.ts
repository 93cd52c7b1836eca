import {hash} from 'node:crypto';
import {
  type ChatFacts,
  type Dialect,
  type FinishReason,
  type Page,
  type Problem,
  type ServerView,
  vectorText,
} from './dialect.ts';
import {modelInfo, serverInfo, sglangModels} from './sglang-info.ts';
import {sglangMetrics} from './sglang-metrics.ts';

const usage = ({promptTokens, cachedPromptTokens, reportsCachedTokens}: ChatFacts, generated: number) => ({
  prompt_tokens: promptTokens,
  total_tokens: promptTokens + generated,
  completion_tokens: generated,
  // Nothing cached is told as null, like not telling at all.
  prompt_tokens_details: reportsCachedTokens && cachedPromptTokens > 0 ? {cached_tokens: cachedPromptTokens} : null,
  reasoning_tokens: 0,
});

/** SGLang gives every request a name of its own, whatever x-request-id says. */
const ownId = (requestId: string): string => hash('md5', requestId);

const chunk = ({requestId, createdSeconds, model}: ChatFacts, choices: readonly object[]) => ({
  id: ownId(requestId),
  object: 'chat.completion.chunk',
  created: createdSeconds,
  model,
  choices,
});

const choice = (delta: object, finishReason: FinishReason | null) => ({
  index: 0,
  delta: {reasoning_content: null, ...delta},
  logprobs: null,
  finish_reason: finishReason,
  matched_stop: null,
});

const errorTypes: Record<Exclude<Problem['kind'], 'http'>, string> = {
  invalid: 'Bad Request',
  refused: 'BadRequestError',
  value: 'BadRequest',
  'unknown-model': 'BadRequestError', // never: SGLang takes any name
};
const errorInfo = ({kind, status, message}: Problem) => ({
  object: 'error',
  message,
  type: kind === 'http' ? String(status) : errorTypes[kind],
  param: null, // the message names it, if anything does
  code: status,
});

const refused = (message: string): Problem => ({kind: 'refused', status: 400, message, param: null});
const health = ({ready}: ServerView): Page => ({status: ready ? 200 : 503, type: null, body: ''});

const ending = (facts: ChatFacts, generated: number, why: FinishReason) => [
  chunk(facts, [choice({}, why)]),
  ...(facts.includeUsage ? [{...chunk(facts, []), usage: usage(facts, generated)}] : []),
];
/** Python's HTTPStatus, which an error within a stream is told by. */
const errorNames: Readonly<Record<number, string>> = {400: 'BAD_REQUEST', 500: 'INTERNAL_SERVER_ERROR'};

/** SGLang 0.5.17. Source of every shape: what a 0.5.17 sent (fixtures/replies/sglang), and its srt/entrypoints/ for the rest. */
export const sglang: Dialect = {
  name: 'sglang',
  traits: {pageTokens: 1, mixesPrefillWithDecode: false, sharesWhenScheduled: false},
  actions: {
    'POST /v1/chat/completions': 'chat',
    'POST /v1/embeddings': 'embed',
    'POST /v1/rerank': 'rerank',
    'PUT /v1/rerank': 'rerank',
    'POST /tokenize': 'tokenize',
    'POST /v1/tokenize': 'tokenize',
  },
  pages: {
    'GET /health': health,
    'GET /health_generate': health,
    'GET /ping': () => ({status: 200, type: null, body: ''}),
    'GET /server_info': serverInfo,
    'GET /get_server_info': serverInfo,
    'GET /model_info': modelInfo,
    'GET /get_model_info': modelInfo,
    'GET /v1/models': sglangModels,
    'GET /metrics': sglangMetrics,
  },
  reset: {
    routes: ['POST /flush_cache', 'GET /flush_cache'],
    allowed: ({running, waiting}) => running + waiting === 0,
    page: done =>
      done
        ? {
            status: 200,
            type: null,
            body:
              'Cache flushed.\nPlease check backend logs for more details. ' +
              '(When there are running or waiting requests, the operation will not be performed.)\n',
          }
        : {status: 400, type: null, body: 'Flush cache failed.\n'},
  },

  modelOf: asked => asked ?? 'default',
  tooLong: (promptTokens, outputTokens, contextTokens) => {
    if (promptTokens >= contextTokens)
      return refused(
        `The input (${promptTokens} tokens) is longer than the model's context length (${contextTokens} tokens).`,
      );
    const total = promptTokens + (outputTokens ?? 0);
    if (total <= contextTokens) return null;
    return refused(
      `Requested token count exceeds the model's maximum context length of ${contextTokens} tokens. You requested a total of ` +
        `${total} tokens: ${promptTokens} tokens from the input messages and ${outputTokens} tokens for the completion. Please ` +
        'reduce the number of tokens in the input messages or the completion to fit within the limit.',
    );
  },
  badDimensions: (asked, {model, matryoshka, size}) => {
    if (!matryoshka)
      return refused(
        `Model '${model}' does not support matryoshka representation, changing output dimensions will lead to poor results.`,
      );
    if (asked < 1) return refused('Requested dimensions must be greater than 0');
    return asked > size ? refused(`Provided dimensions are greater than max embedding dimension: ${size}`) : null;
  },
  leastTopN: 1,
  takesBlankText: false,

  stream: {
    headAtOnce: false,
    beforeTokens: facts => [chunk(facts, [choice({role: 'assistant', content: ''}, null)])],
    token: (facts, content, generated) => ({
      ...chunk(facts, [choice({content}, null)]),
      ...(facts.continuousUsage ? {usage: usage(facts, generated)} : {}),
    }),
    afterTokens: (facts, generated) => ending(facts, generated, 'length'),
    aborted: (facts, generated) => ending(facts, generated, 'abort'),
    error: (message, status) => ({
      error: {object: 'error', message, type: errorNames[status] ?? '', param: null, code: status},
    }),
  },

  chatReply: (facts, content, generated, why) => ({
    id: ownId(facts.requestId),
    object: 'chat.completion',
    created: facts.createdSeconds,
    model: facts.model,
    choices: [
      {
        index: 0,
        message: {role: 'assistant', content, reasoning_content: null, tool_calls: null},
        logprobs: null,
        finish_reason: why,
        matched_stop: null,
      },
    ],
    usage: usage(facts, generated),
    metadata: {weight_version: 'default'},
  }),

  embedReply: ({vectors, encoding, promptTokens, servedModel}) => ({
    data: vectors.map((vector, index) => ({embedding: vectorText(vector, encoding), index, object: 'embedding'})),
    model: servedModel,
    object: 'list',
    usage: {
      prompt_tokens: promptTokens,
      total_tokens: promptTokens,
      completion_tokens: 0,
      prompt_tokens_details: null,
      reasoning_tokens: 0,
    },
  }),

  rerankReply: ({requestId, documents, topN, returnDocuments, receivedSeconds, finishedSeconds}) =>
    documents
      .map(({text, logit, promptTokens}, index) => ({
        score: logit,
        ...(returnDocuments ? {document: text} : {}),
        index,
        meta_info: {
          id: ownId(`${requestId} ${index}`),
          finish_reason: {type: 'length', length: 0},
          prompt_tokens: promptTokens,
          weight_version: 'default',
          num_retractions: 0,
          queue_time: 0,
          e2e_latency: finishedSeconds - receivedSeconds,
          request_received_ts: receivedSeconds,
          api_server_dispatch_finish_ts: receivedSeconds,
          request_finished_ts: finishedSeconds,
          response_sent_to_client_ts: finishedSeconds,
        },
      }))
      .sort((a, b) => b.score - a.score)
      .slice(0, topN ?? undefined),

  tokenizeReply: (tokens, contextTokens) => ({tokens, count: tokens.length, max_model_len: contextTokens}),
  errorBody: errorInfo,
};
