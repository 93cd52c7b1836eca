import {jsonPage, type Page, type ServerView} from './dialect.ts';
import {exposition, type Metric} from './exposition.ts';
import {memoryGigabytes} from './sglang-info.ts';
import {pdMetrics} from './sglang-pd-metrics.ts';

const metrics = (server: ServerView): Metric[] => {
  const {running, waiting, kv, pageTokens, finished} = server.stats;
  const memory = memoryGigabytes(server);
  const request = {model_name: server.model, engine_type: server.part ?? 'unified'};
  const scheduler = {...request, tp_rank: '0', pp_rank: '0', moe_ep_rank: '0'};
  const gauge = (name: string, help: string, value: number, more: Record<string, string> = {}): Metric => ({
    name: `sglang:${name}`,
    type: 'gauge',
    help,
    samples: [{labels: {...scheduler, ...more}, value}],
  });
  const byStream = (name: string, help: string, key: keyof typeof finished.whole): Metric => {
    const sample = (is_streaming: string, value: number) => ({labels: {...request, is_streaming}, value});
    // SGLang warms up with a whole request: that series is always there, the other from the first streamed one on.
    const streamed = finished.streamed.requests > 0 ? [sample('true', finished.streamed[key])] : [];
    return {
      name: `sglang:${name}`,
      type: 'counter',
      help,
      samples: [sample('false', finished.whole[key]), ...streamed],
    };
  };
  const usage = kv.usedTokens / kv.capacityTokens;
  return [
    gauge('num_running_reqs', 'The number of running requests.', running),
    gauge('num_queue_reqs', 'The number of requests in the waiting queue.', waiting),
    gauge('num_used_tokens', 'The number of used tokens.', kv.usedTokens),
    gauge('token_usage', 'The token usage.', usage),
    gauge('full_token_usage', 'The token usage for full attention layers.', usage),
    gauge('kv_available_tokens', 'Number of free token slots in the KV cache pool.', kv.freeTokens),
    gauge(
      'kv_evictable_tokens',
      'Number of evictable (radix-cached) token slots in the KV cache pool.',
      kv.evictableTokens,
    ),
    gauge('kv_used_tokens', 'Number of actively used token slots in the KV cache pool.', kv.usedTokens),
    gauge('max_total_num_tokens', 'Maximum total number of tokens in the KV cache pool.', kv.capacityTokens),
    gauge('weight_memory_usage_gb', 'Memory used by model weights in GB.', memory.weight),
    gauge('kv_cache_memory_usage_gb', 'Memory used by the KV cache pools in GB.', memory.kvCache),
    gauge('graph_memory_usage_gb', 'Memory used by captured device graphs in GB.', memory.graph, {phase: 'decode'}),
    gauge('startup_available_gpu_memory_gb', 'Available GPU memory in GB at startup.', memory.available),
    gauge('page_size', 'KV cache page size in tokens.', pageTokens),
    gauge('num_pages', 'Number of KV cache pages.', kv.capacityTokens / pageTokens),
    gauge('context_len', 'Maximum context length.', server.contextTokens),
    byStream('prompt_tokens_total', 'Number of prefill tokens processed.', 'promptTokens'),
    byStream('generation_tokens_total', 'Number of generation tokens processed.', 'generationTokens'),
    byStream('num_requests_total', 'Number of requests processed.', 'requests'),
    {
      name: 'sglang:cached_tokens_total',
      type: 'counter',
      help: 'Number of cached prompt tokens by source (device/host/storage).',
      // The series is not there before something was found in the cache.
      samples:
        finished.cachedPromptTokens > 0
          ? [{labels: {...request, cache_source: 'device'}, value: finished.cachedPromptTokens}]
          : [],
    },
    ...(server.pd === null ? [] : pdMetrics(server.pd, scheduler)),
  ];
};

/** Without --enable-metrics there is no such page. */
export const sglangMetrics = (server: ServerView): Page =>
  server.metricsEnabled
    ? {status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', body: exposition(metrics(server))}
    : jsonPage({detail: 'Not Found'}, 404);
