import {STATUS_CODES} from 'node:http';
import {sigmoid} from '../vectors.ts';
import {type ChatFacts, type Dialect, jsonPage, type Problem, vectorText} from './dialect.ts';
import {vllmMetrics} from './vllm-metrics.ts';
import {vllmModels} from './vllm-models.ts';

const version = '0.26.0+simulated';

/** `details` only where the final usage is told: the running one of continuous usage lacks it. */
const usage = (facts: ChatFacts, generated: number, details: object = {}) => ({
  prompt_tokens: facts.promptTokens,
  total_tokens: facts.promptTokens + generated,
  completion_tokens: generated,
  ...details,
});

/** A zero is told as 0. */
const cachedDetails = ({promptTokens, cachedPromptTokens, pageTokens}: ChatFacts) => ({
  cached_tokens: cachedPromptTokens,
  // The prompt's whole blocks that were not cached are now.
  created_cache_tokens: Math.max(0, promptTokens - (promptTokens % pageTokens) - cachedPromptTokens),
});

const id = (facts: ChatFacts) => `chatcmpl-${facts.requestId}`;
const systemFingerprint = `vllm-${version}`;

const chunk = (facts: ChatFacts, choices: readonly object[]) => ({
  id: id(facts),
  object: 'chat.completion.chunk',
  created: facts.createdSeconds,
  model: facts.model,
  choices,
});
const runningUsage = (facts: ChatFacts, generated: number) =>
  facts.continuousUsage ? {usage: usage(facts, generated)} : {};

const errorTypes: Record<Exclude<Problem['kind'], 'http'>, string> = {
  invalid: 'Bad Request',
  refused: 'BadRequestError',
  value: 'BadRequestError',
  'unknown-model': 'NotFoundError',
};
const errorInfo = ({kind, status, message, param}: Problem) => ({
  error: {message, type: kind === 'http' ? STATUS_CODES[status] : errorTypes[kind], param, code: status},
});

const health = ({ready}: {ready: boolean}) => ({status: ready ? 200 : 503, type: null, body: ''});

/** vLLM 0.26. Source of every shape: what a 0.26.0 sent (fixtures/replies/vllm), and its entrypoints/ for the rest. */
export const vllm: Dialect = {
  name: 'vllm',
  traits: {pageTokens: 16, mixesPrefillWithDecode: true, sharesWhenScheduled: true},
  actions: {
    'POST /v1/chat/completions': 'chat',
    'POST /v1/embeddings': 'embed',
    'POST /rerank': 'rerank',
    'POST /v1/rerank': 'rerank',
    'POST /v2/rerank': 'rerank',
    'POST /tokenize': 'tokenize',
  },
  pages: {
    'GET /health': health,
    'GET /ping': health,
    'POST /ping': health,
    'GET /version': () => jsonPage({version}),
    'GET /v1/models': vllmModels,
    'GET /metrics': vllmMetrics,
  },
  reset: {
    routes: ['POST /reset_prefix_cache'],
    allowed: () => true,
    page: success => jsonPage({success}),
  },

  modelOf: (asked, served) => (asked === null || asked === '' || asked === served ? served : null),
  tooLong: (promptTokens, outputTokens, contextTokens) => {
    const output = outputTokens ?? 0;
    if (promptTokens + output <= contextTokens) return null;
    // Its tokeniser stops at the first token that has no place: how many there are is not known.
    const counted = Math.max(0, contextTokens - output) + 1;
    return {
      kind: 'refused',
      status: 400,
      message:
        `This model's maximum context length is ${contextTokens} tokens. However, you requested ${output} output tokens and ` +
        `your prompt contains at least ${counted} input tokens, for a total of at least ${counted + output} tokens. Please ` +
        'reduce the length of the input prompt or the number of requested output tokens. ' +
        `(parameter=input_tokens, value=${counted})`,
      param: 'input_tokens',
    };
  },
  badDimensions: (asked, {model, matryoshka, size}) => {
    const inRange = asked >= 1 && asked <= size;
    if (matryoshka && inRange) return null;
    const message = matryoshka
      ? `Model '${model}' only supports dimensions in range [1, ${size}], got ${asked}.`
      : `Model '${model}' does not support Matryoshka embeddings; dimensions must be unset (received dimensions=${asked}).`;
    return {kind: 'refused', status: 400, message, param: null};
  },
  leastTopN: 0,
  takesBlankText: true,

  stream: {
    headAtOnce: true,
    beforeTokens: facts => [
      {
        ...chunk(facts, [{index: 0, delta: {role: 'assistant', content: ''}, logprobs: null, finish_reason: null}]),
        ...runningUsage(facts, 0),
        prompt_token_ids: null,
        prompt_text: null,
      },
    ],
    token: (facts, content, generated, last) => {
      const ending = last ? {finish_reason: 'length', stop_reason: null} : {finish_reason: null};
      return {
        ...chunk(facts, [{index: 0, delta: {content}, logprobs: null, ...ending, token_ids: null}]),
        ...runningUsage(facts, generated),
        ...(last && !facts.includeUsage ? {system_fingerprint: systemFingerprint} : {}),
      };
    },
    afterTokens: (facts, generated) => {
      if (!facts.includeUsage) return [];
      const details = facts.reportsCachedTokens ? {prompt_tokens_details: cachedDetails(facts)} : {};
      return [{...chunk(facts, []), usage: usage(facts, generated, details), system_fingerprint: systemFingerprint}];
    },
    aborted: (facts, generated) => [
      chunk(facts, [
        {index: 0, delta: {content: ''}, logprobs: null, finish_reason: 'abort', stop_reason: null, token_ids: null},
      ]),
      ...vllm.stream.afterTokens(facts, generated),
    ],
    error: (message, status) => errorInfo({kind: 'http', status, message, param: null}),
  },

  chatReply: (facts, content, generated, why) => ({
    id: id(facts),
    object: 'chat.completion',
    created: facts.createdSeconds,
    model: facts.model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content,
          refusal: null,
          annotations: null,
          audio: null,
          function_call: null,
          reasoning: null,
        },
        logprobs: null,
        finish_reason: why,
        stop_reason: null,
        token_ids: null,
        routed_experts: null,
      },
    ],
    service_tier: null,
    system_fingerprint: systemFingerprint,
    usage: usage(facts, generated, {
      prompt_tokens_details: facts.reportsCachedTokens ? {...cachedDetails(facts), multimodal_tokens: null} : null,
    }),
    prompt_logprobs: null,
    prompt_token_ids: null,
    prompt_text: null,
    kv_transfer_params: null,
    ec_transfer_params: null,
    metrics: null,
  }),

  embedReply: ({requestId, createdSeconds, model, vectors, encoding, promptTokens}) => ({
    id: `embd-${requestId}`,
    object: 'list',
    created: createdSeconds,
    model,
    data: vectors.map((vector, index) => ({index, object: 'embedding', embedding: vectorText(vector, encoding)})),
    usage: {prompt_tokens: promptTokens, total_tokens: promptTokens, completion_tokens: 0, prompt_tokens_details: null},
  }),

  rerankReply: ({requestId, model, documents, topN, useActivation}) => {
    const promptTokens = documents.reduce((sum, document) => sum + document.promptTokens, 0);
    const results = documents.map(({text, logit}, index) => ({
      index,
      document: {text, multi_modal: null},
      relevance_score: useActivation ? sigmoid(logit) : logit,
    }));
    return {
      id: `score-${requestId}`,
      model,
      usage: {prompt_tokens: promptTokens, total_tokens: promptTokens},
      // 0 is all, as null is.
      results: results.sort((a, b) => b.relevance_score - a.relevance_score).slice(0, topN || undefined),
    };
  },

  tokenizeReply: (tokens, contextTokens) => ({
    count: tokens.length,
    max_model_len: contextTokens,
    tokens,
    token_strs: null,
  }),
  errorBody: errorInfo,
};
