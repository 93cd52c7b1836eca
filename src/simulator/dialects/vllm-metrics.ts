import type {Page, ServerView} from './dialect.ts';
import {exposition, expositionType, type Metric} from './exposition.ts';

const metrics = ({model, stats: {running, waiting, kv, pageTokens, totals, finished}}: ServerView): Metric[] => {
  const labels = {model_name: model, engine: '0'};
  const one =
    (type: Metric['type']) =>
    (name: string, help: string, value: number, more: Record<string, string> = {}) => ({
      name: `vllm:${name}`,
      type,
      help,
      samples: [{labels: {...labels, ...more}, value}],
    });
  const gauge = one('gauge');
  const counter = one('counter');
  return [
    gauge('num_requests_running', 'Number of requests in model execution batches.', running),
    gauge('num_requests_waiting', 'Number of requests waiting to be processed.', waiting),
    gauge('kv_cache_usage_perc', 'KV-cache usage. 1 means 100 percent usage.', kv.usedTokens / kv.capacityTokens),
    counter(
      'prefix_cache_queries_total',
      'Prefix cache queries, in terms of number of queried tokens.',
      totals.prefixQueries,
    ),
    counter('prefix_cache_hits_total', 'Prefix cache hits, in terms of number of cached tokens.', totals.prefixHits),
    counter('num_preemptions_total', 'Cumulative number of preemption from the engine.', totals.preemptions),
    counter('prompt_tokens_total', 'Number of prefill tokens processed.', totals.promptTokens),
    counter('prompt_tokens_cached_total', 'Number of cached prompt tokens (local + external).', totals.prefixHits),
    counter('generation_tokens_total', 'Number of generation tokens processed.', totals.generationTokens),
    counter(
      'request_success_total',
      'Count of successfully processed requests.',
      finished.streamed.requests + finished.whole.requests,
      {finished_reason: 'length'},
    ),
    {
      name: 'vllm:cache_config_info',
      type: 'gauge',
      help: 'Information of the LLMEngine CacheConfig',
      samples: [
        {
          labels: {
            block_size: String(pageTokens),
            cache_dtype: 'auto',
            enable_prefix_caching: 'True',
            engine: '0',
            num_gpu_blocks: String(kv.capacityTokens / pageTokens),
          },
          value: 1,
        },
      ],
    },
  ];
};

/** vLLM's page is always there; with its statistics off, vLLM's own series are not on it. */
export const vllmMetrics = (server: ServerView): Page => ({
  status: 200,
  type: expositionType,
  body: server.metricsEnabled ? exposition(metrics(server)) : '',
});
