import {describe, expect, test} from 'vitest';
import type {ChatRequest, EmbedRequest, RerankRequest} from '../schema/request.ts';
import {type StackServer, stackServer} from '../schema/stack.ts';
import type {Engine} from './engine.ts';
import {engines} from './index.ts';
import {untoldFacts} from './untold-facts.ts';

const {vllm, sglang, openai, simulated} = engines;

const chat: ChatRequest = {kind: 'chat', id: 'c', messages: [{role: 'user', content: 'hi'}], outputTokens: 48};
const embed: EmbedRequest = {kind: 'embed', id: 'e', texts: ['a', 'b']};
const rerank: RerankRequest = {kind: 'rerank', id: 'r', query: 'q', documents: ['x', 'y']};

const server = (fields: Partial<StackServer> = {}) =>
  stackServer.parse({role: 'chat', model: 'org/m', port: 8000, arguments: {}, ...fields});
const words = (engine: Engine, fields: Partial<StackServer> = {}) =>
  engine.launch?.arguments(server(fields), '127.0.0.1').join(' ');

/** All but the service on :3001, which has paths and bodies of its own (service.test.ts). */
const openaiShaped = Object.values(engines).filter(({serving}) => serving !== null);

describe('the map', () => {
  test('names every engine as it names itself, and only the simulated one is simulated', () => {
    for (const [name, engine] of Object.entries(engines)) {
      expect(engine.name).toBe(name);
      expect(engine.simulated).toBe(name === 'simulated');
    }
  });

  test('the simulated engine speaks vLLM and cannot be launched', () => {
    expect(simulated.launch).toBeNull();
    expect(simulated.body(chat, 'm')).toEqual(vllm.body(chat, 'm'));
    expect(simulated.title).toMatch(/simulated/i);
  });
});

describe('launch', () => {
  test('vLLM chat: model, host, port, the plan, then what measuring needs', () => {
    expect(words(vllm, {arguments: {'gpu-memory-utilization': 0.9, 'enable-chunked-prefill': true}})).toBe(
      '--model org/m --host 127.0.0.1 --port 8000 --gpu-memory-utilization 0.9 --enable-chunked-prefill --enable-prompt-tokens-details --generation-config vllm --seed 0',
    );
  });

  test('vLLM encoders are pooling servers without flags for chat', () => {
    for (const role of ['embed', 'rerank'] as const)
      expect(words(vllm, {role})).toBe('--model org/m --host 127.0.0.1 --port 8000 --runner pooling --seed 0');
  });

  test('SGLang chat, embed and rerank', () => {
    const start = '--model-path org/m --host 127.0.0.1 --port 8000';
    const end = '--enable-metrics --random-seed 0';
    expect(words(sglang)).toBe(`${start} --enable-cache-report --sampling-defaults openai ${end}`);
    expect(words(sglang, {role: 'embed'})).toBe(`${start} --is-embedding ${end}`);
    expect(words(sglang, {role: 'rerank'})).toBe(`${start} ${end}`);
  });

  test('what the plan says is passed once, and its negative form keeps the flag out', () => {
    const plan = {seed: 7, 'no-enable-prompt-tokens-details': true, 'generation-config': 'auto'} as const;
    expect(words(vllm, {arguments: plan})).toBe(
      '--model org/m --host 127.0.0.1 --port 8000 --seed 7 --no-enable-prompt-tokens-details --generation-config auto',
    );
  });

  test('negative numbers and JSON are one word each', () => {
    const plan = {'chunked-prefill-size': -1, 'pooler-config': '{"seq_pooling_type":"CLS"}'};
    expect(vllm.launch?.arguments(server({arguments: plan}), 'h').slice(6, 10)).toEqual([
      '--chunked-prefill-size',
      '-1',
      '--pooler-config',
      '{"seq_pooling_type":"CLS"}',
    ]);
  });

  test('launchers and environments', () => {
    expect(vllm.launch?.launcher('python3')).toEqual(['vllm', 'serve']);
    expect(vllm.launch?.launcher('.venv/bin/python')).toEqual(['.venv/bin/vllm', 'serve']);
    expect(sglang.launch?.launcher('/venv/bin/python')).toEqual(['/venv/bin/python', '-m', 'sglang.launch_server']);
    expect(vllm.launch?.environment(server())).toMatchObject({VLLM_SERVER_DEV_MODE: '1'});
    expect(sglang.launch?.environment(server())).toEqual({SGLANG_ENABLE_HEALTH_ENDPOINT_GENERATION: 'false'});
  });
});

describe('requests', () => {
  test('vLLM and SGLang get the same chat body: greedy, of fixed length, neutral, with usage in every event', () => {
    const body = {
      model: 'm',
      messages: [{role: 'user', content: 'hi'}],
      max_tokens: 48,
      ignore_eos: true,
      temperature: 0,
      top_p: 1,
      top_k: -1,
      repetition_penalty: 1,
      stream: true,
      stream_options: {include_usage: true, continuous_usage_stats: true},
    };
    expect(vllm.body(chat, 'm')).toEqual(body);
    expect(sglang.body(chat, 'm')).toEqual(body);
  });

  test('other servers get fields of the OpenAI API only', () => {
    expect(openai.body(chat, 'm')).toEqual({
      model: 'm',
      messages: [{role: 'user', content: 'hi'}],
      max_tokens: 48,
      temperature: 0,
      stream: true,
      stream_options: {include_usage: true},
    });
  });

  test('embeddings are lists of floats everywhere', () => {
    for (const engine of openaiShaped) {
      expect(engine.body(embed, 'm')).toEqual({model: 'm', input: ['a', 'b'], encoding_format: 'float'});
      expect(engine.path('embed')).toBe('/v1/embeddings');
    }
  });

  test('rankings', () => {
    expect(vllm.body(rerank, 'm')).toEqual({model: 'm', query: 'q', documents: ['x', 'y']});
    expect(openai.body(rerank, 'm')).toEqual({model: 'm', query: 'q', documents: ['x', 'y']});
    expect(sglang.body(rerank, 'm')).toEqual({query: 'q', documents: ['x', 'y'], return_documents: true});
    for (const engine of openaiShaped) expect(engine.path('rerank')).toBe('/v1/rerank');
  });
});

describe('usage', () => {
  const usage = (details: unknown) => ({
    prompt_tokens: 100,
    total_tokens: 148,
    completion_tokens: 48,
    ...(details === undefined ? {} : {prompt_tokens_details: details}),
  });
  const cached = (engine: Engine, details: unknown, reportsCachedTokens: boolean | null) =>
    engine.readUsage(usage(details), {...untoldFacts, reportsCachedTokens}).cachedPromptTokens;

  test('counts are read as told', () => {
    for (const engine of openaiShaped)
      expect(engine.readUsage(usage({cached_tokens: 64}), untoldFacts)).toEqual({
        promptTokens: 100,
        outputTokens: 48,
        cachedPromptTokens: 64,
      });
  });

  test('vLLM and others: 0 is 0, null and absent are not told', () => {
    for (const engine of [vllm, openai]) {
      expect(cached(engine, {cached_tokens: 0}, null)).toBe(0);
      expect(cached(engine, {cached_tokens: null}, null)).toBeNull();
      expect(cached(engine, null, null)).toBeNull();
      expect(cached(engine, undefined, null)).toBeNull();
    }
  });

  test('SGLang: null means 0 when the server reports cached tokens, and is not told when it does not or may not', () => {
    expect(cached(sglang, null, true)).toBe(0);
    expect(cached(sglang, undefined, true)).toBe(0);
    expect(cached(sglang, null, false)).toBeNull();
    expect(cached(sglang, null, null)).toBeNull();
    expect(cached(sglang, {cached_tokens: 96}, false)).toBe(96);
  });

  test('no usage at all is nothing told, for SGLang too', () => {
    const nothing = {promptTokens: null, outputTokens: null, cachedPromptTokens: null};
    for (const engine of openaiShaped)
      for (const missing of [undefined, null, 'x', {}, {prompt_tokens: -1, completion_tokens: 1.5}])
        expect(engine.readUsage(missing, {...untoldFacts, reportsCachedTokens: true})).toEqual(nothing);
  });
});

describe('whole replies', () => {
  const vector = (index: number, embedding: unknown = [0.6, 0.8]) => ({index, object: 'embedding', embedding});
  const embedding = (...data: unknown[]) => ({
    object: 'list',
    data,
    model: 'm',
    usage: {prompt_tokens: 9, total_tokens: 9, completion_tokens: 0, prompt_tokens_details: null},
  });

  test('embeddings: items and prompt tokens; nothing was generated and nothing is known of a cache', () => {
    for (const engine of openaiShaped)
      expect(
        engine.readWhole(embed, embedding(vector(0), vector(1)), {...untoldFacts, reportsCachedTokens: true}),
      ).toEqual({
        usage: {promptTokens: 9, outputTokens: null, cachedPromptTokens: null},
        items: 2,
        problem: null,
      });
  });

  test.each([
    ['no list', {}, 'the reply has no `data` list'],
    ['one too few', embedding(vector(0)), 'the reply has 1 items for 2'],
    ['the same index twice', embedding(vector(1), vector(1)), 'no item has index 0'],
    ['an empty vector', embedding(vector(0, []), vector(1)), 'embedding 0 is not a list of numbers'],
    ['base64', embedding(vector(0, 'AACAPw=='), vector(1)), 'embedding 0 is not a list of numbers'],
    ['a NaN, which JSON writes as null', embedding(vector(0), vector(1, [null, 1])), 'embedding 1 is not 2 numbers'],
    ['two dimensions', embedding(vector(0), vector(1, [1])), 'embedding 1 is not 2 numbers'],
  ])('embeddings with %s are a problem', (_what, reply, problem) => {
    for (const engine of openaiShaped) expect(engine.readWhole(embed, reply, untoldFacts).problem).toBe(problem);
  });

  const cohere = {
    id: 'rerank-1',
    model: 'm',
    usage: {prompt_tokens: 20, total_tokens: 20},
    results: [
      {index: 1, document: {text: 'y'}, relevance_score: 0.9},
      {index: 0, document: {text: 'x'}, relevance_score: 0.1},
    ],
  };
  const bare = [
    {score: 6.6, document: 'y', index: 1, meta_info: {prompt_tokens: 12}},
    {score: -3.1, document: 'x', index: 0, meta_info: {prompt_tokens: 11}},
  ];

  test('rankings: each engine in its own shape, others in either', () => {
    const usage = (promptTokens: number | null) => ({promptTokens, outputTokens: null, cachedPromptTokens: null});
    expect(vllm.readWhole(rerank, cohere, untoldFacts)).toEqual({usage: usage(20), items: 2, problem: null});
    expect(sglang.readWhole(rerank, bare, untoldFacts)).toEqual({usage: usage(23), items: 2, problem: null});
    expect(openai.readWhole(rerank, cohere, untoldFacts)).toEqual({usage: usage(20), items: 2, problem: null});
    expect(openai.readWhole(rerank, bare, untoldFacts)).toEqual({usage: usage(null), items: 2, problem: null});
  });

  test("a ranking in the other engine's shape is a problem", () => {
    expect(vllm.readWhole(rerank, bare, untoldFacts).problem).toBe('the reply has no list of results');
    expect(sglang.readWhole(rerank, cohere, untoldFacts).problem).toBe('the reply has no list of results');
  });

  test('SGLang tells prompt tokens only when every item does', () => {
    const [first] = bare;
    expect(sglang.readWhole(rerank, [first, {...bare[1], meta_info: null}], untoldFacts).usage.promptTokens).toBeNull();
    expect(sglang.readWhole(rerank, [], untoldFacts)).toMatchObject({
      usage: {promptTokens: null},
      items: 0,
      problem: 'the reply has 0 items for 2',
    });
  });

  test('a document left out, repeated or without a score is a problem', () => {
    const result = (index: number, relevance_score: unknown = 1) => ({index, relevance_score});
    const problem = (...results: unknown[]) => vllm.readWhole(rerank, {results}, untoldFacts).problem;
    expect(problem(result(0))).toBe('the reply has 1 items for 2');
    expect(problem(result(0), result(0))).toBe('no item has index 1');
    expect(problem(result(0), result(1, null))).toBe('result 1 has no number as `relevance_score`');
  });

  test('chat has no whole reply', () => {
    for (const engine of openaiShaped) expect(engine.readWhole(chat, {}, untoldFacts).problem).toMatch(/stream/);
  });
});

describe('facts', () => {
  test('vLLM: version, served name, context and the KV pool from the labels of its /metrics', () => {
    const bodies = {
      '/version': '{"version":"0.26.0"}',
      '/v1/models':
        '{"object":"list","data":[{"id":"coder","object":"model","owned_by":"vllm","root":"Qwen/Q","max_model_len":8192}]}',
      '/metrics': 'vllm:cache_config_info{block_size="16",cache_dtype="auto",engine="0",num_gpu_blocks="1000"} 1.0\n',
    };
    expect(vllm.readFacts(bodies)).toEqual({
      version: '0.26.0',
      model: 'coder',
      contextTokens: 8192,
      kvTokens: 16_000,
      pageTokens: 16,
      reportsCachedTokens: null,
    });
  });

  test("vLLM: pools of several engines add up; an encoder's one spare block and a missing label are no pool", () => {
    const kvTokens = (page: string) => vllm.readFacts({'/metrics': page}).kvTokens;
    const line = (engine: number, blocks: string) =>
      `vllm:cache_config_info{block_size="16",engine="${engine}",num_gpu_blocks="${blocks}"} 1.0\n`;
    expect(kvTokens(line(0, '10') + line(1, '20'))).toBe(480);
    expect(kvTokens(line(0, '1'))).toBeNull();
    expect(kvTokens(line(0, 'None'))).toBeNull();
    expect(kvTokens('vllm:cache_config_info{num_gpu_blocks="10"} 1.0\n')).toBeNull();
  });

  test("vLLM: the pages of a pool are its blocks', where all engines behind the server have the same and one has a pool", () => {
    const pageTokens = (page: string) => vllm.readFacts({'/metrics': page}).pageTokens;
    const line = (engine: number, size: number, blocks = 10) =>
      `vllm:cache_config_info{block_size="${size}",engine="${engine}",num_gpu_blocks="${blocks}"} 1.0\n`;
    expect(pageTokens(line(0, 32) + line(1, 32))).toBe(32);
    expect(pageTokens(line(0, 16) + line(1, 32))).toBeNull();
    expect(pageTokens(line(0, 16, 1))).toBeNull();
    expect(pageTokens('')).toBeNull();
  });

  test('SGLang: from /server_info and the model card', () => {
    const bodies = {
      '/server_info':
        '{"model_path":"/models/q","context_length":null,"enable_cache_report":true,"max_total_num_tokens":1900000,"version":"0.5.17"}',
      '/model_info': '{"model_path":"/models/q","is_generation":true}',
      '/v1/models': '{"object":"list","data":[{"id":"/models/q","owned_by":"sglang","max_model_len":32768}]}',
    };
    expect(sglang.readFacts(bodies)).toEqual({
      version: '0.5.17',
      model: '/models/q',
      contextTokens: 32_768,
      kvTokens: 1_900_000,
      pageTokens: null,
      reportsCachedTokens: true,
    });
    expect(sglang.readFacts({'/model_info': bodies['/model_info']}).model).toBe('/models/q');
    expect(sglang.readFacts({'/server_info': '{"enable_cache_report":false}'}).reportsCachedTokens).toBe(false);
  });

  test('pages that are missing or not JSON leave everything unknown', () => {
    for (const engine of Object.values(engines)) {
      expect(engine.readFacts({})).toEqual(untoldFacts);
      expect(engine.readFacts(Object.fromEntries(engine.factPaths.map(path => [path, '<html>'])))).toEqual(untoldFacts);
    }
  });
});

describe('metrics', () => {
  test('vLLM: sums over engines, the mean of a share, and counters with _total', () => {
    const page = [
      'vllm:num_requests_running{engine="0"} 2.0',
      'vllm:num_requests_running{engine="1"} 3.0',
      'vllm:num_requests_waiting{engine="0"} 0.0',
      'vllm:kv_cache_usage_perc{engine="0"} 0.2',
      'vllm:kv_cache_usage_perc{engine="1"} 0.4',
      'vllm:prompt_tokens_total{engine="0"} 1000.0',
      'vllm:generation_tokens_total{engine="0"} 1.2e+03',
      'vllm:prefix_cache_queries_total{engine="0"} 900.0',
      'vllm:prefix_cache_hits_total{engine="0"} 640.0',
      'vllm:prompt_tokens_by_source_total{source="local_compute"} 5',
    ].join('\n');
    const reading = vllm.metrics?.read(page);
    expect(reading?.kvUsage).toBeCloseTo(0.3, 12);
    expect({...reading, kvUsage: null}).toEqual({
      runningRequests: 5,
      waitingRequests: 0,
      kvUsage: null,
      promptTokensTotal: 1000,
      generationTokensTotal: 1200,
      prefixQueriesTotal: 900,
      prefixHitsTotal: 640,
    });
  });

  const sglangPage = [
    'sglang:num_running_reqs{engine_type="unified",tp_rank="0"} 4.0',
    'sglang:num_queue_reqs{tp_rank="0"} 1.0',
    'sglang:token_usage{tp_rank="0"} 0.25',
    'sglang:prompt_tokens_total{is_streaming="true"} 700.0',
    'sglang:prompt_tokens_total{is_streaming="false"} 8.0',
    'sglang:generation_tokens_total{is_streaming="true"} 300.0',
  ].join('\n');

  test('SGLang: hits add up over cache sources, and are 0 until the first', () => {
    const before = sglang.metrics?.read(sglangPage);
    expect(before).toEqual({
      runningRequests: 4,
      waitingRequests: 1,
      kvUsage: 0.25,
      promptTokensTotal: 708,
      generationTokensTotal: 300,
      prefixQueriesTotal: 708,
      prefixHitsTotal: 0,
    });
    const sources =
      '\nsglang:cached_tokens_total{cache_source="device"} 60\nsglang:cached_tokens_total{cache_source="total"} 4\n';
    expect(sglang.metrics?.read(sglangPage + sources).prefixHitsTotal).toBe(64);
  });

  test('what was given up is not finished', () => {
    const count = (reason: string, n: number) =>
      `vllm:request_success_total{engine="0",finished_reason="${reason}"} ${n}`;
    const page = [count('stop', 3), count('length', 4), count('abort', 5), count('error', 6)].join('\n');
    expect(vllm.metrics?.readFinished(page)).toBe(7);
    expect(vllm.metrics?.readFinished('')).toBeNull();
    expect(sglang.metrics?.readFinished(sglangPage)).toBeNull();
  });

  test("a page without the engine's metrics tells nothing", () => {
    for (const {metrics} of [vllm, sglang])
      expect(new Set(Object.values(metrics?.read('python_gc_objects_collected_total 3\n') ?? {}))).toEqual(
        new Set([null]),
      );
  });
});

describe('resetting the prefix cache', () => {
  const outcome = (engine: Engine, status: number, body = '') => engine.cacheReset?.outcome({status, body});

  test('vLLM says in the body whether it did', () => {
    expect(outcome(vllm, 200, '{"success":true}')).toBe('done');
    expect(outcome(vllm, 200, '{"success":false}')).toBe('busy');
    expect(outcome(vllm, 200, '')).toBe('done');
    expect(outcome(vllm, 404, '{"detail":"Not Found"}')).toBe('unsupported');
    expect(outcome(vllm, 500)).toBe('busy');
    expect(vllm.cacheReset?.hint).toContain('VLLM_SERVER_DEV_MODE=1');
  });

  test('SGLang says it in the status', () => {
    expect(outcome(sglang, 200, 'Cache flushed.\n')).toBe('done');
    expect(outcome(sglang, 400, 'Flush cache failed.\n')).toBe('busy');
    expect(outcome(sglang, 401)).toBe('unsupported');
    expect(outcome(sglang, 404)).toBe('unsupported');
  });

  test('an OpenAI-compatible server has no such call', () => {
    expect(openai.cacheReset).toBeNull();
  });
});

test('a server is healthy on 200 and nothing else', () => {
  const {dynamo: _, ...others} = engines; // dynamo.test.ts: its frontend answers 200 before it has a worker
  for (const {health} of Object.values(others)) {
    expect(health.ready({status: 200, body: ''})).toBe(true);
    for (const status of [204, 401, 404, 503]) expect(health.ready({status, body: ''})).toBe(false);
  }
});
