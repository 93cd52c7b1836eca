import type {Page, ServerView} from './dialect.ts';
import {exposition, type Metric} from './exposition.ts';

const finishReasons = ['stop', 'length', 'abort', 'error', 'repetition'];

/** What of vLLM's cache settings a simulation has no part in, as they are by default. */
const cacheDefaults = {
  _block_size_resolved: 'True',
  cache_dtype: 'auto',
  calculate_kv_scales: 'False',
  enable_prefix_caching: 'True',
  gpu_memory_utilization: '0.92',
  is_attention_free: 'False',
  kv_cache_dtype_skip_layers: '[]',
  kv_cache_memory_bytes: 'None',
  kv_offloading_backend: 'native',
  kv_offloading_size: 'None',
  kv_sharing_fast_prefill: 'False',
  mamba_block_size: 'None',
  mamba_cache_dtype: 'auto',
  mamba_cache_mode: 'none',
  mamba_page_size_padded: 'None',
  mamba_ssm_cache_dtype: 'auto',
  num_cpu_blocks: 'None',
  num_gpu_blocks_override: 'None',
  prefix_caching_hash_algo: 'sha256',
  prefix_match_unit: 'None',
  skip_page_size_padded: 'None',
  sliding_window: 'None',
  user_specified_block_size: 'False',
  user_specified_mamba_block_size: 'False',
};

/** By level. */
const sleepStates = ['awake', 'weights_offloaded', 'discard_all'];

const metrics = ({
  model,
  contextTokens,
  encoder,
  sleepLevel,
  stats: {running, waiting, kv, pageTokens, totals, finished},
}: ServerView): Metric[] => {
  const labels = {model_name: model, engine: '0'};
  const one = (type: Metric['type']) => (name: string, help: string, value: number) => ({
    name: `vllm:${name}`,
    type,
    help,
    samples: [{labels, value}],
  });
  const gauge = one('gauge');
  const counter = one('counter');
  // The block pool cannot do without one.
  const blocks = encoder ? 1 : kv.capacityTokens / pageTokens;
  return [
    gauge('num_requests_running', 'Number of requests in model execution batches.', running),
    gauge('num_requests_waiting', 'Number of requests waiting to be processed.', waiting),
    {
      name: 'vllm:engine_sleep_state',
      type: 'gauge',
      help: 'Engine sleep state; awake = 0 means engine is sleeping; awake = 1 means engine is awake; weights_offloaded = 1 means sleep level 1; discard_all = 1 means sleep level 2.',
      samples: sleepStates.map((state, level) => ({
        labels: {...labels, sleep_state: state},
        value: level === sleepLevel ? 1 : 0,
      })),
    },
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
    {
      name: 'vllm:request_success_total',
      type: 'counter',
      help: 'Count of successfully processed requests.',
      // No reply of a simulated engine ends before its length is reached.
      samples: finishReasons.map(reason => ({
        labels: {...labels, finished_reason: reason},
        value: reason === 'length' ? finished.streamed.requests + finished.whole.requests : 0,
      })),
    },
    {
      name: 'vllm:cache_config_info',
      type: 'gauge',
      help: 'Information of the LLMEngine CacheConfig',
      samples: [
        {
          labels: {
            ...cacheDefaults,
            block_size: String(pageTokens),
            engine: '0',
            kv_cache_max_concurrency: String((blocks * pageTokens) / contextTokens),
            kv_cache_size_tokens: String(blocks * pageTokens),
            num_gpu_blocks: String(blocks),
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
  type: 'text/plain; version=1.0.0; charset=utf-8',
  body: server.metricsEnabled ? exposition(metrics(server)) : '',
});
