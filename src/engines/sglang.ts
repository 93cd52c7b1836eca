import type {RerankRequest} from '../schema/request.ts';
import type {StackServer} from '../schema/stack.ts';
import {commandArguments} from './arguments.ts';
import {cacheFolder, sharedCaches} from './container-caches.ts';
import {commonDeathSigns, outOfGpuMemory} from './death-signs.ts';
import type {Engine, ServerFacts, Usage, WholeReply} from './engine.ts';
import {readErrorMessage} from './error-reply.ts';
import {countAt, parseJson, textAt, valueAt} from './json-field.ts';
import {meanOf, parseMetrics, sumOf} from './prometheus.ts';
import {embeddings, fixedLengthChat, topOf} from './request-body.ts';
import {neutralSampling, rankedByLogit, serving} from './serving.ts';
import {planSglangMemory, sglangKvTokensFlags} from './sglang-memory.ts';
import {readSglangStartup, sglangStageOf} from './sglang-startup.ts';
import {tokenizePage} from './tokenize-page.ts';
import {readStandardUsage} from './usage.ts';
import {sglangWeights} from './weights.ts';
import {notWhole, readScores, readVectors, withoutOutput} from './whole-reply.ts';

/** SGLang 0.5.17, and what 0.5.11 to 0.5.23 have in common with it. Facts and their sources: sgl-project/sglang at v0.5.17. */
export const sglang: Engine = {
  name: 'sglang',
  title: 'SGLang',
  simulated: false,
  simulatorDialect: 'sglang',
  defaultPort: 30_000,

  launch: {
    defaultStack: 'sglang',
    launcher: python => [python, '-m', 'sglang.launch_server'],
    arguments: (server, host) =>
      commandArguments({'model-path': server.model, host, port: server.port}, server.arguments, neededFlags(server)),
    // By default every GET /health generates a token and takes a second: load that the trial did not plan.
    environment: () => ({SGLANG_ENABLE_HEALTH_ENDPOINT_GENERATION: 'false'}),
    // It polls every 5 s, finishes all running requests, then gives its schedulers 15 s.
    graceSeconds: 60,
    deathSigns: [
      {
        pattern:
          /Not enough memory\. Please try to increase --mem-fraction-static|leave no GPU memory for the KV cache/,
        reason:
          'mem-fraction-static leaves no room for the KV pool beside the weights; it is a share of what was free at start',
        fix: 'Raise mem-fraction-static in the stack file, or start this server before those that take more.',
      },
      {
        pattern: /context_length .* is greater than the derived context_length/,
        reason: "context-length is longer than the model's context",
        fix: "Lower context-length in the stack file to the model's context.",
      },
      outOfGpuMemory(
        'Lower mem-fraction-static in the stack file: CUDA graphs and activations need room beside it. Or stop what else uses the GPU.',
      ),
      {
        pattern: /Capture cuda graph failed/i,
        reason: 'it could not record its CUDA graphs',
        fix: 'Lower mem-fraction-static, set a smaller cuda-graph-max-bs-decode, or set cuda-graph-backend-decode: disabled to find the cause.',
      },
      ...commonDeathSigns,
    ],
    // Of lmsysorg/sglang, which has no entry point for servers.
    container: {
      command: ['python3', '-m', 'sglang.launch_server'],
      cacheFolder,
      environment: {
        ...sharedCaches,
        SGLANG_CACHE_DIR: `${cacheFolder}/sglang`,
        SGLANG_DG_CACHE_DIR: `${cacheFolder}/deep_gemm`,
      },
    },
    stageOf: sglangStageOf,
    readStartup: readSglangStartup,
    planMemory: planSglangMemory,
    kvTokensFlags: sglangKvTokensFlags,
    pageSize: {flag: 'page-size', multipleOf: 1},
  },

  health: {method: 'GET', path: '/health', ready: ({status}) => status === 200},
  factPaths: ['/server_info', '/model_info', '/v1/models'],
  readFacts: bodies => {
    const server = parseJson(bodies['/server_info'] ?? '');
    const models = parseJson(bodies['/v1/models'] ?? '');
    const cacheReport = valueAt(server, 'enable_cache_report');
    return {
      version: textAt(server, 'version'),
      model: textAt(models, 'data', 0, 'id') ?? textAt(parseJson(bodies['/model_info'] ?? ''), 'model_path'),
      // `context_length` is null unless the flag was given; the model card has what came of it.
      contextTokens: countAt(models, 'data', 0, 'max_model_len') ?? countAt(server, 'context_length'),
      kvTokens: countAt(server, 'max_total_num_tokens'),
      pageTokens: countAt(server, 'page_size'),
      reportsCachedTokens: typeof cacheReport === 'boolean' ? cacheReport : null,
    };
  },

  streams: true,
  serving: serving(neutralSampling, rankedByLogit),
  path: kind => ({chat: '/v1/chat/completions', embed: '/v1/embeddings', rerank: '/v1/rerank'})[kind],
  body: (request, model) => {
    if (request.kind === 'chat') return fixedLengthChat(request, model);
    if (request.kind === 'embed') return embeddings(request, model);
    // No `model`: the route has none. Documents come back by default, as they always do from vLLM: equal work.
    return {query: request.query, documents: request.documents, return_documents: true, ...topOf(request)};
  },
  readUsage: (usage, facts) => readUsage(usage, facts),
  readWhole: (request, reply): WholeReply => {
    if (request.kind === 'chat') return notWhole;
    if (request.kind === 'rerank') return {usage: rankingUsage(request, reply), ...readScores(request, reply, 'score')};
    return {usage: withoutOutput(readStandardUsage(valueAt(reply, 'usage'))), ...readVectors(request, reply)};
  },
  readError: readErrorMessage,

  cacheReset: {
    method: 'POST',
    path: '/flush_cache',
    outcome: ({status}) => {
      if (status === 200) return 'done';
      return status === 400 || status >= 500 ? 'busy' : 'unsupported';
    },
    hint: 'Start SGLang without --admin-api-key, so that POST /flush_cache is open.',
  },

  weights: sglangWeights,

  tokenize: tokenizePage,

  metrics: {
    path: '/metrics',
    read: page => {
      const samples = parseMetrics(page);
      const promptTokensTotal = sumOf(samples, 'sglang:prompt_tokens_total');
      // A hit is counted once, either under its sources (device, host, storage) or under "total": so the sum is right.
      // The counter appears with its first hit; until then a page that counts prompts says none by its silence.
      const hits = sumOf(samples, 'sglang:cached_tokens_total');
      return {
        runningRequests: sumOf(samples, 'sglang:num_running_reqs'),
        waitingRequests: sumOf(samples, 'sglang:num_queue_reqs'),
        kvUsage: kvUsageOf(samples),
        promptTokensTotal,
        generationTokensTotal: sumOf(samples, 'sglang:generation_tokens_total'),
        prefixQueriesTotal: promptTokensTotal,
        prefixHitsTotal: hits ?? (promptTokensTotal === null ? null : 0),
      };
    },
    // The scheduler of a prefill server observes each transfer once, when the decode server has all of it (disaggregation/prefill.py).
    readTransfers: page => {
      const samples = parseMetrics(page);
      const count = sumOf(samples, 'sglang:kv_transfer_latency_ms_count');
      const totalMs = sumOf(samples, 'sglang:kv_transfer_latency_ms_sum');
      if (count === null || totalMs === null) return null;
      return {count, totalMs, totalMib: sumOf(samples, 'sglang:kv_transfer_total_mb_sum')}; // of 1024 x 1024 bytes
    },
    // Each text of a batch is one; so is the request that it warms up with.
    readFinished: page => sumOf(parseMetrics(page), 'sglang:num_requests_total'),
  },
};

/** In tokens: `token_usage` is rounded to hundredths, of which one is 19,000 tokens of the pool that an 80 GB card has. */
const kvUsageOf = (samples: ReturnType<typeof parseMetrics>): number | null => {
  const [used, pool] = [sumOf(samples, 'sglang:num_used_tokens'), sumOf(samples, 'sglang:max_total_num_tokens')];
  return used === null || pool === null || pool === 0 ? meanOf(samples, 'sglang:token_usage') : used / pool;
};

const neededFlags = ({role, part, bootstrapPort}: StackServer): StackServer['arguments'] => ({
  // A plan whose servers do without says 'null'.
  ...(part === 'prefill' || part === 'decode' ? {'disaggregation-mode': part} : {}),
  ...(bootstrapPort === undefined ? {} : {'disaggregation-bootstrap-port': bootstrapPort}),
  ...(role === 'chat' ? {'enable-cache-report': true, 'sampling-defaults': 'openai'} : {}),
  // A decoder that embeds is served as a chat model without it. Rerankers differ: their stack file says.
  ...(role === 'embed' ? {'is-embedding': true} : {}),
  'enable-metrics': true,
  'random-seed': 0,
});

/** With --enable-cache-report the details are null exactly when nothing was cached; without it they are always null. */
const readUsage = (usage: unknown, facts: ServerFacts): Usage => {
  const told = readStandardUsage(usage);
  const nothingCached = facts.reportsCachedTokens === true && told.promptTokens !== null;
  return {...told, cachedPromptTokens: told.cachedPromptTokens ?? (nothingCached ? 0 : null)};
};

/**
 * A ranking is a bare list without a usage object; each of its items tells its own prompt, so that nothing is told of the
 * documents that `top_n` leaves out.
 */
const rankingUsage = ({documents}: RerankRequest, results: unknown): Usage => {
  const counts = Array.isArray(results) ? results.map(result => countAt(result, 'meta_info', 'prompt_tokens')) : [];
  const told = counts.filter(count => count !== null);
  const promptTokens =
    told.length === documents.length && told.length === counts.length
      ? told.reduce((sum, count) => sum + count, 0)
      : null;
  return {promptTokens, outputTokens: null, cachedPromptTokens: null};
};
