import type {Engine, MetricsReading, ServerFacts, WholeReply} from './engine.ts';
import {readErrorMessage} from './error-reply.ts';
import {countAt, parseJson, textAt, valueAt} from './json-field.ts';
import {openai} from './openai.ts';
import {type MetricSample, parseMetrics, sumOf} from './prometheus.ts';
import {fixedLengthChat} from './request-body.ts';
import {neutralSampling, rankedByForm, serving} from './serving.ts';
import {readStandardUsage} from './usage.ts';

/**
 * The frontend of NVIDIA Dynamo 1.4.2, attached to: it tokenizes, routes, and tells of its workers what this file reads. What it
 * answers was tried with the real frontend and the real mocker (docs/dynamo.md); what workers tell is read in ai-dynamo 1.4.2.
 */
export const dynamo: Engine = {
  ...openai,
  name: 'dynamo',
  title: 'NVIDIA Dynamo',

  // /health and /live answer 200 from the first second, with no worker at all; a model is listed when a worker has registered it.
  health: {
    method: 'GET',
    path: '/v1/models',
    ready: ({status, body}) => status === 200 && textAt(parseJson(body), 'data', 0, 'id') !== null,
  },
  factPaths: ['/health', '/openapi.json', '/metrics'],
  readFacts: (bodies): ServerFacts => {
    const models = parseJson(bodies['/v1/models'] ?? '');
    const samples = parseMetrics(bodies['/metrics'] ?? '');
    const workers = workersIn(bodies);
    const contextTokens = countAt(models, 'data', 0, 'context_window');
    return {
      version: textAt(parseJson(bodies['/openapi.json'] ?? ''), 'info', 'version'),
      model: textAt(models, 'data', 0, 'id'),
      contextTokens: contextTokens === 0 ? null : contextTokens, // 0 where its workers were given none
      kvTokens: kvTokensOf(samples, decoding(workers).length),
      pageTokens: sumOf(samples, 'dynamo_frontend_model_kv_cache_block_size'),
      reportsCachedTokens: workers.length === 0 ? null : areEngines(workers),
    };
  },
  simulatedBehind: bodies => !areEngines(workersIn(bodies)),

  serving: serving(neutralSampling, rankedByForm),
  body: (request, model) => (request.kind === 'chat' ? fixedLengthChat(request, model) : openai.body(request, model)),
  // SGLang's worker tells cached tokens only where there are some, vLLM's always: where they can be told, silence is none.
  readUsage: (usage, facts) => {
    const told = readStandardUsage(usage);
    const noneCached = facts.reportsCachedTokens === true && told.promptTokens !== null;
    return {...told, cachedPromptTokens: told.cachedPromptTokens ?? (noneCached ? 0 : null)};
  },
  readWhole: (request, reply, facts): WholeReply => openai.readWhole(request, reply, facts),
  readError: readErrorMessage,

  metrics: {
    path: '/metrics',
    read: page => readMetrics(parseMetrics(page)),
    readFinished: page => countOf(parseMetrics(page), 'dynamo_frontend_output_sequence_tokens_count'),
  },
};

/** A worker as /health lists it: one instance, with all that it can be asked for. */
interface Worker {
  readonly component: string | null;
  readonly endpoints: readonly string[];
}

/** Whatever answers requests: of a disaggregated deployment the prefill workers too. */
const workersIn = (bodies: Readonly<Record<string, string>>): readonly Worker[] => {
  // A number of 64 bits: as one of JavaScript's, two workers could be the same.
  const body = (bodies['/health'] ?? '').replaceAll(/("instance_id":\s*)(\d+)/g, '$1"$2"');
  const instances = valueAt(parseJson(body), 'instances');
  const workers = new Map<string, {component: string | null; endpoints: string[]}>();
  for (const instance of Array.isArray(instances) ? instances : []) {
    const component = textAt(instance, 'component');
    const id = `${textAt(instance, 'namespace')} ${component} ${textAt(instance, 'instance_id')}`;
    const worker = workers.get(id) ?? {component, endpoints: []};
    worker.endpoints.push(textAt(instance, 'endpoint') ?? '');
    workers.set(id, worker);
  }
  return [...workers.values()].filter(({endpoints}) => endpoints.includes('generate'));
};

/** What workers of SGLang (both) and vLLM (the first) can be asked for beside answers; the mocker has neither. */
const ofEngines = ['clear_kv_blocks', 'load_lora'];

/**
 * Nothing else that a frontend tells sets the mocker apart from a worker with an engine. Whatever lacks the sign passes for the
 * mocker: what is simulated must never pass for real.
 */
const areEngines = (workers: readonly Worker[]): boolean =>
  workers.length > 0 && workers.every(({endpoints}) => ofEngines.some(one => endpoints.includes(one)));

/** A prompt's KV ends up in a decode worker's pool; aggregated workers are all of them that. */
const decoding = (workers: readonly Worker[]) => workers.filter(({component}) => component !== 'prefill');

/** The page has the pool of one worker, in blocks. */
const kvTokensOf = (samples: readonly MetricSample[], workers: number): number | null => {
  const blocks = sumOf(samples, 'dynamo_frontend_model_total_kv_blocks');
  const size = sumOf(samples, 'dynamo_frontend_model_kv_cache_block_size');
  return blocks === null || size === null || workers === 0 ? null : blocks * size * workers;
};

/** What is counted by model appears with the first request; until then a page that knows a model says none by its silence. */
const countOf = (samples: readonly MetricSample[], name: string): number | null =>
  sumOf(samples, name) ?? (sumOf(samples, 'dynamo_frontend_model_kv_cache_block_size') === null ? null : 0);

const readMetrics = (samples: readonly MetricSample[]): MetricsReading => {
  const promptTokensTotal = countOf(samples, 'dynamo_frontend_input_sequence_tokens_sum');
  // Counted from what workers tell in their usage. Where they tell nothing it stays at no observation, and is not a 0.
  const told = countOf(samples, 'dynamo_frontend_cached_tokens_count');
  const silent = told === 0 && promptTokensTotal !== 0;
  return {
    // A request is in the queue until its first token, and in flight until its last.
    runningRequests: countOf(samples, 'dynamo_frontend_inflight_requests'),
    waitingRequests: countOf(samples, 'dynamo_frontend_queued_requests'),
    kvUsage: null, // active blocks are the router's own estimate, and only the KV router's
    promptTokensTotal,
    generationTokensTotal: countOf(samples, 'dynamo_frontend_output_tokens_total'),
    prefixQueriesTotal: silent ? null : promptTokensTotal,
    prefixHitsTotal: silent ? null : countOf(samples, 'dynamo_frontend_cached_tokens_sum'),
  };
};
