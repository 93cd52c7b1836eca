import {jsonPage, type Page, type ServerView} from './dialect.ts';

const version = '0.5.17+simulated';
const gigabytes = (bytes: number) => Number((bytes / 2 ** 30).toFixed(3)); // SGLang's GB are 2^30 bytes

export const memoryGigabytes = ({stats: {memory}}: ServerView) => ({
  weight: gigabytes(memory.weightsBytes),
  kvCache: gigabytes(memory.kvBytes),
  graph: gigabytes(memory.graphsBytes),
  available: gigabytes(memory.freeBytes),
});

/** Those of the server's arguments that tell runs apart, then what the scheduler made of them. */
export const serverInfo = (server: ServerView): Page => {
  const {kv, pageTokens} = server.stats;
  const memory = memoryGigabytes(server);
  const args = {
    model_path: server.modelPath,
    tokenizer_path: server.modelPath,
    served_model_name: server.model,
    host: '127.0.0.1',
    port: server.port,
    context_length: null,
    max_total_tokens: null,
    max_running_requests: null,
    chunked_prefill_size: server.maxBatchedTokens,
    page_size: pageTokens,
    disable_radix_cache: server.part === 'decode', // which it is forced to
    enable_metrics: server.metricsEnabled,
    enable_cache_report: server.reportsCachedTokens,
    enable_memory_saver: server.sleeps,
    enable_lora: server.lora,
    weight_version: server.weightVersion,
    disaggregation_mode: server.part ?? 'null',
    disaggregation_transfer_backend: server.transferBackend,
    disaggregation_bootstrap_port: server.bootstrapPort,
  };
  return jsonPage({
    ...args,
    status: 'ready',
    max_total_num_tokens: kv.capacityTokens,
    max_req_input_len: server.contextTokens - 6, // 8186 of 8192
    internal_states: [
      {
        ...args,
        memory_usage: {
          weight: memory.weight,
          kvcache: memory.kvCache,
          startup_available: memory.available,
          token_capacity: kv.capacityTokens,
          token_capacity_swa: null,
          graph: {decode: memory.graph},
        },
        effective_max_running_requests_per_dp: server.maxRunningSequences,
      },
    ],
    version,
  });
};

export const modelInfo = ({modelPath, weightVersion}: ServerView): Page =>
  jsonPage({
    model_path: modelPath,
    tokenizer_path: modelPath,
    is_generation: true,
    preferred_sampling_params: null,
    weight_version: weightVersion,
    has_image_understanding: false,
    has_audio_understanding: false,
    model_type: 'qwen2',
    architectures: ['Qwen2ForCausalLM'],
  });

/** The model, then the adapters that are loaded. */
export const sglangModels = ({
  model,
  modelPath,
  replaced,
  createdSeconds,
  contextTokens,
  adapters,
}: ServerView): Page => {
  // New weights give the server their path as its name. source: tokenizer_manager.py, _update_model_path_info
  const served = replaced ? modelPath : model;
  const card = (id: string, root: string, parent: string | null, max_model_len: number | null) => ({
    id,
    object: 'model',
    created: createdSeconds,
    owned_by: 'sglang',
    root,
    parent,
    max_model_len,
  });
  return jsonPage({
    object: 'list',
    data: [
      card(served, served, null, contextTokens),
      ...adapters.map(({name, path}) => card(name, path, served, null)),
    ],
  });
};
