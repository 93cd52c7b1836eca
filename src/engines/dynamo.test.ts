import {describe, expect, test} from 'vitest';
import {dynamo} from './dynamo.ts';
import {untoldFacts} from './untold-facts.ts';

/** A page of /health in the form of ai-dynamo 1.4.2: one line for each endpoint of each instance. */
const health = (...workers: readonly (readonly [component: string, ...endpoints: string[]])[]) => {
  const instances = workers.flatMap(([component, ...endpoints], at) =>
    endpoints.map(endpoint => {
      const named = JSON.stringify({component, endpoint, namespace: 'dynamo'});
      return `${named.slice(0, -1)},"instance_id":936628572946402085${at}}`; // more digits than a double has
    }),
  );
  return `{"status":"healthy","instances":[${instances.join(',')}]}`;
};

const models = JSON.stringify({object: 'list', data: [{id: 'org/m', object: 'model', context_window: 4096}]});
const router = ['backend', 'router-discovery'] as const;
const sglang = ['backend', 'generate', 'load_lora', 'unload_lora', 'list_loras', 'clear_kv_blocks'] as const;
const vllm = ['backend', 'generate', 'clear_kv_blocks', 'get_perf_metrics'] as const;
const mocker = ['backend', 'generate', 'worker_kv_query_source_1ff51b3f79deae'] as const;

const page = (...lines: readonly string[]) =>
  ['dynamo_frontend_model_total_kv_blocks{model="m"} 100', 'dynamo_frontend_model_kv_cache_block_size{model="m"} 16']
    .concat(lines.map(line => line.replace(' ', '{model="m"} ')))
    .join('\n');

describe('readiness', () => {
  test('is a model that is listed, as /health is 200 before there is one', () => {
    expect(dynamo.health.path).toBe('/v1/models');
    expect(dynamo.health.ready({status: 200, body: '{"object":"list","data":[]}'})).toBe(false);
    expect(dynamo.health.ready({status: 200, body: models})).toBe(true);
    expect(dynamo.health.ready({status: 503, body: models})).toBe(false);
  });
});

describe('what stands behind a frontend', () => {
  test.each([
    ['workers of SGLang', [router, sglang, sglang], false],
    ['workers of vLLM', [vllm], false],
    ['the mocker', [router, mocker, mocker], true],
    ['the mocker beside a worker', [sglang, mocker], true],
    ['no worker', [router], true],
  ] as const)('%s', (_, workers, simulated) => {
    const bodies = {'/health': health(...workers), '/v1/models': models};
    expect(dynamo.simulatedBehind?.(bodies)).toBe(simulated);
    const tells = workers.length === 1 && workers[0] === router ? null : !simulated;
    expect(dynamo.readFacts(bodies).reportsCachedTokens).toBe(tells);
  });

  test('is simulated where the page is lacking', () => expect(dynamo.simulatedBehind?.({})).toBe(true));

  test('has the pools of the workers that decode', () => {
    const bodies = {
      '/health': health(['prefill', 'generate'], ['backend', 'generate'], ['backend', 'generate']),
      '/v1/models': models,
      '/metrics': page(),
      '/openapi.json': '{"info":{"version":"1.4.2"}}',
    };
    expect(dynamo.readFacts(bodies)).toEqual({
      ...{version: '1.4.2', model: 'org/m', contextTokens: 4096},
      ...{kvTokens: 2 * 100 * 16, pageTokens: 16, reportsCachedTokens: false},
    });
    expect(dynamo.readFacts({})).toEqual(untoldFacts);
  });
});

describe('cached tokens', () => {
  const usage = {prompt_tokens: 77, completion_tokens: 6, total_tokens: 83};

  test('are none where a worker that tells them is silent, and unknown elsewhere', () => {
    const told = {promptTokens: 77, outputTokens: 6};
    const engine = {...untoldFacts, reportsCachedTokens: true};
    const simulated = {...untoldFacts, reportsCachedTokens: false};
    expect(dynamo.readUsage(usage, engine)).toEqual({...told, cachedPromptTokens: 0});
    expect(dynamo.readUsage(usage, simulated)).toEqual({...told, cachedPromptTokens: null});
    const some = {...usage, prompt_tokens_details: {cached_tokens: 64}};
    expect(dynamo.readUsage(some, engine)).toEqual({...told, cachedPromptTokens: 64});
  });

  test('are not counted as 0 by a page whose workers tell none', () => {
    const counted = ['dynamo_frontend_input_sequence_tokens_sum 154', 'dynamo_frontend_output_tokens_total 12'];
    const none = {runningRequests: 0, waitingRequests: 0, kvUsage: null};
    expect(dynamo.metrics?.read(page())).toEqual({
      ...{...none, promptTokensTotal: 0, generationTokensTotal: 0},
      ...{prefixQueriesTotal: 0, prefixHitsTotal: 0},
    });
    const silent = page(...counted, 'dynamo_frontend_cached_tokens_sum 0', 'dynamo_frontend_cached_tokens_count 0');
    expect(dynamo.metrics?.read(silent)).toEqual({
      ...{...none, promptTokensTotal: 154, generationTokensTotal: 12},
      ...{prefixQueriesTotal: null, prefixHitsTotal: null},
    });
    const telling = page(...counted, 'dynamo_frontend_cached_tokens_sum 64', 'dynamo_frontend_cached_tokens_count 1');
    expect(dynamo.metrics?.read(telling)).toMatchObject({prefixQueriesTotal: 154, prefixHitsTotal: 64});
    expect(dynamo.metrics?.read('')).toMatchObject({promptTokensTotal: null, prefixHitsTotal: null});
  });
});
