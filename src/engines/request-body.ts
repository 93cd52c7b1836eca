import type {ChatRequest, EmbedRequest, RerankRequest} from '../schema/request.ts';

/** Only fields of the OpenAI API: a server that is strict about unknown ones accepts it. */
export const standardChat = ({messages, outputTokens}: ChatRequest, model: string) => ({
  model,
  messages,
  max_tokens: outputTokens,
  temperature: 0,
  stream: true,
  stream_options: {include_usage: true},
});

/**
 * Greedy and of exactly the length asked for: ignore_eos is enough, and min_tokens would add work of its own to every step. The sampling fields are neutral and sent nevertheless, since both engines
 * would otherwise take the model's own from generation_config.json (Qwen2.5 ships a repetition penalty).
 * Continuous usage tells how many tokens every event carries, for an event is not a token.
 */
export const fixedLengthChat = (request: ChatRequest, model: string) => ({
  ...standardChat(request, model),
  stream_options: {include_usage: true, continuous_usage_stats: true},
  ignore_eos: true,
  top_p: 1,
  top_k: -1,
  repetition_penalty: 1,
});

export const embeddings = ({texts, dimensions, encoding = 'float'}: EmbedRequest, model: string) => ({
  model,
  input: texts,
  encoding_format: encoding,
  ...(dimensions === undefined ? {} : {dimensions}),
});

/** `top_n` is Cohere's, and both engines'. */
export const topOf = ({topN}: RerankRequest) => (topN === undefined ? {} : {top_n: topN});

export const ranking = (request: RerankRequest, model: string) => ({
  model,
  query: request.query,
  documents: request.documents,
  ...topOf(request),
});
