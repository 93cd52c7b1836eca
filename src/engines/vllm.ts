import type {StackServer} from '../schema/stack.ts';
import {commandArguments} from './arguments.ts';
import {cacheFolder, sharedCaches} from './container-caches.ts';
import {commonDeathSigns, outOfGpuMemory} from './death-signs.ts';
import type {Engine, ServerFacts, WholeReply} from './engine.ts';
import {readErrorMessage} from './error-reply.ts';
import {countAt, parseJson, textAt, valueAt} from './json-field.ts';
import {meanOf, parseMetrics, sumOf} from './prometheus.ts';
import {embeddings, fixedLengthChat, ranking} from './request-body.ts';
import {neutralSampling, rankedByShare, serving} from './serving.ts';
import {tokenizePage} from './tokenize-page.ts';
import {readStandardUsage} from './usage.ts';
import {planVllmMemory, vllmKvTokensFlags} from './vllm-memory.ts';
import {readVllmStartup, vllmStageOf} from './vllm-startup.ts';
import {vllmWeights} from './weights.ts';
import {notWhole, readScores, readVectors, withoutOutput} from './whole-reply.ts';

/** vLLM 0.26, and what 0.20 to 0.33 have in common with it. Facts and their sources: vllm-project/vllm at v0.26.0. */
export const vllm: Engine = {
  name: 'vllm',
  title: 'vLLM',
  simulated: false,
  simulatorDialect: 'vllm',
  defaultPort: 8000,

  launch: {
    defaultStack: 'vllm-default',
    // The program that a virtual environment has beside its interpreter; a bare name leaves it to the PATH.
    launcher: python => [`${python.slice(0, python.lastIndexOf('/') + 1)}vllm`, 'serve'],
    // The model as a flag, not as a word: `python -m vllm.entrypoints.openai.api_server` takes the same arguments then.
    arguments: (server, host) =>
      commandArguments({model: server.model, host, port: server.port}, server.arguments, neededFlags(server)),
    environment: () => ({
      VLLM_SERVER_DEV_MODE: '1', // opens POST /reset_prefix_cache
      VLLM_NO_USAGE_STATS: '1',
      DO_NOT_TRACK: '1',
    }),
    // Requests are aborted at once (--shutdown-timeout is 0), then up to 15 s for the engine's own processes.
    graceSeconds: 20,
    deathSigns: [
      {
        pattern: /less than desired GPU memory utilization/,
        reason: 'less GPU memory is free than gpu-memory-utilization asks for, which is a share of all of it',
        fix: 'Lower gpu-memory-utilization in the stack file, or stop what else uses the GPU (nvidia-smi lists it).',
      },
      {
        pattern: /No available memory for the cache blocks|larger than the available KV cache/,
        reason: 'gpu-memory-utilization leaves too little for the KV cache beside the weights',
        fix: 'Raise gpu-memory-utilization in the stack file, or lower max-model-len.',
      },
      {
        pattern: /max_model_len.* is greater than the derived max_model_len/,
        reason: "max-model-len is longer than the model's context",
        fix: "Lower max-model-len in the stack file to the model's context.",
      },
      outOfGpuMemory(
        'Lower gpu-memory-utilization or max-num-batched-tokens in the stack file, or stop what else uses the GPU.',
      ),
      ...commonDeathSigns,
    ],
    // Of vllm/vllm-openai, whose entry point is `vllm serve`.
    container: {command: null, cacheFolder, environment: {...sharedCaches, VLLM_CACHE_ROOT: `${cacheFolder}/vllm`}},
    stageOf: vllmStageOf,
    readStartup: readVllmStartup,
    planMemory: planVllmMemory,
    kvTokensFlags: vllmKvTokensFlags,
    // The block sizes that its attention kernels take on NVIDIA GPUs.
    pageSize: {flag: 'block-size', multipleOf: 16},
  },

  health: {method: 'GET', path: '/health', ready: ({status}) => status === 200},
  factPaths: ['/version', '/v1/models', '/metrics'],
  readFacts: bodies => {
    const models = parseJson(bodies['/v1/models'] ?? '');
    return {
      version: textAt(parseJson(bodies['/version'] ?? ''), 'version'),
      model: textAt(models, 'data', 0, 'id'),
      contextTokens: countAt(models, 'data', 0, 'max_model_len'),
      kvTokens: readKvTokens(bodies['/metrics'] ?? ''),
      pageTokens: readPageTokens(bodies['/metrics'] ?? ''),
      reportsCachedTokens: null, // no page tells of --enable-prompt-tokens-details; every usage does
    };
  },

  streams: true,
  serving: serving(neutralSampling, rankedByShare),
  path: kind => ({chat: '/v1/chat/completions', embed: '/v1/embeddings', rerank: '/v1/rerank'})[kind],
  body: (request, model) => {
    if (request.kind === 'chat') return fixedLengthChat(request, model);
    return request.kind === 'embed' ? embeddings(request, model) : ranking(request, model);
  },
  readUsage: readStandardUsage,
  readWhole: (request, reply): WholeReply => {
    if (request.kind === 'chat') return notWhole;
    const contents =
      request.kind === 'embed'
        ? readVectors(request, reply)
        : readScores(request, valueAt(reply, 'results'), 'relevance_score');
    return {usage: withoutOutput(readStandardUsage(valueAt(reply, 'usage'))), ...contents};
  },
  readError: readErrorMessage,

  cacheReset: {
    method: 'POST',
    path: '/reset_prefix_cache',
    outcome: ({status, body}) => {
      if (status === 200) return valueAt(parseJson(body), 'success') === false ? 'busy' : 'done'; // older versions: no body
      return status < 500 ? 'unsupported' : 'busy';
    },
    hint: 'Start vLLM with VLLM_SERVER_DEV_MODE=1: only then does it have POST /reset_prefix_cache.',
  },

  weights: vllmWeights,

  tokenize: tokenizePage,

  metrics: {
    path: '/metrics',
    read: page => {
      const samples = parseMetrics(page);
      return {
        runningRequests: sumOf(samples, 'vllm:num_requests_running'),
        waitingRequests: sumOf(samples, 'vllm:num_requests_waiting'),
        kvUsage: meanOf(samples, 'vllm:kv_cache_usage_perc'),
        promptTokensTotal: sumOf(samples, 'vllm:prompt_tokens_total'),
        generationTokensTotal: sumOf(samples, 'vllm:generation_tokens_total'),
        prefixQueriesTotal: sumOf(samples, 'vllm:prefix_cache_queries_total'),
        prefixHitsTotal: sumOf(samples, 'vllm:prefix_cache_hits_total'),
      };
    },
    readFinished: page => {
      // Those that were given up are in the same counter. A pooling request is one for each of its texts.
      const given = parseMetrics(page).filter(({labels}) => !['abort', 'error'].includes(labels.finished_reason ?? ''));
      return sumOf(given, 'vllm:request_success_total');
    },
  },
};

const neededFlags = ({role}: StackServer): StackServer['arguments'] =>
  role === 'chat'
    ? {'enable-prompt-tokens-details': true, 'generation-config': 'vllm', seed: 0}
    : {runner: 'pooling', seed: 0};

/** Null where the engines behind the server differ, and for an encoder, which keeps no cache. */
const readPageTokens = (page: string): number | null => {
  if (readKvTokens(page) === null) return null;
  const caches = parseMetrics(page).filter(({name}) => name === 'vllm:cache_config_info');
  const sizes = new Set(caches.map(({labels}) => Number(labels.block_size)));
  return sizes.size === 1 ? ([...sizes][0] ?? null) : null;
};

/** The cache's size is in the labels of an information gauge, one for each engine behind the server. */
const readKvTokens = (page: string): ServerFacts['kvTokens'] => {
  const caches = parseMetrics(page).filter(({name}) => name === 'vllm:cache_config_info');
  const blocks = caches.map(({labels}) => Number(labels.num_gpu_blocks));
  // An encoder keeps no cache, and reports the one block that vLLM's block pool cannot do without.
  if (blocks.length === 0 || blocks.some(count => !(count > 1))) return null;
  const tokens = caches.reduce((sum, {labels}, cache) => sum + (blocks[cache] ?? 0) * Number(labels.block_size), 0);
  return Number.isSafeInteger(tokens) ? tokens : null;
};
