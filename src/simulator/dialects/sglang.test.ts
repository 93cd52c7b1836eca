import {describe, expect, test} from 'vitest';
import {sglang} from './sglang.ts';
import {facts, problem, view} from './test-facts.ts';

/** MD5 of "r1": whatever the client calls its request, SGLang calls it by a name of its own. */
const id = '7c92cf1eee8d99cc85f8355a3d6e4b86';
const chunk = (rest: object) => ({
  id,
  object: 'chat.completion.chunk',
  created: 1_795_000_000,
  model: 'm',
  ...rest,
});
const choice = (delta: object, finishReason: string | null = null) => ({
  index: 0,
  delta,
  logprobs: null,
  finish_reason: finishReason,
  matched_stop: null,
});

describe('a stream', () => {
  test('has reasoning_content in every delta, a finish chunk of its own, then usage', () => {
    expect(sglang.stream.beforeTokens(facts)).toEqual([
      chunk({choices: [choice({reasoning_content: null, role: 'assistant', content: ''})]}),
    ]);
    expect(sglang.stream.token(facts, ' a', 1, true)).toEqual(
      chunk({choices: [choice({reasoning_content: null, content: ' a'})]}),
    );
    expect(sglang.stream.afterTokens(facts, 2)).toEqual([
      chunk({choices: [choice({reasoning_content: null}, 'length')]}),
      chunk({
        choices: [],
        usage: {
          prompt_tokens: 40,
          total_tokens: 42,
          completion_tokens: 2,
          prompt_tokens_details: {cached_tokens: 16},
          reasoning_tokens: 0,
        },
      }),
    ]);
  });

  test('has no usage chunk when none was asked for', () => {
    expect(sglang.stream.afterTokens({...facts, includeUsage: false}, 2)).toHaveLength(1);
  });

  test('has usage in the token events when it is to be continuous', () => {
    const continuous = {...facts, continuousUsage: true};
    expect(sglang.stream.token(continuous, ' c', 3, false)).toMatchObject({
      usage: {prompt_tokens: 40, total_tokens: 43, completion_tokens: 3, prompt_tokens_details: {cached_tokens: 16}},
    });
    expect(sglang.stream.beforeTokens(continuous)[0]).not.toHaveProperty('usage');
  });

  test('fails with the flat error in an envelope', () => {
    expect(sglang.stream.error('broke', 500)).toEqual({
      error: {object: 'error', message: 'broke', type: 'INTERNAL_SERVER_ERROR', param: null, code: 500},
    });
  });
});

test('cached tokens are null when there were none, as when they are not reported', () => {
  for (const more of [{cachedPromptTokens: 0}, {reportsCachedTokens: false}])
    expect(sglang.chatReply({...facts, ...more}, '', 1, 'length')).toMatchObject({
      usage: {prompt_tokens_details: null},
    });
});

test('a whole chat reply', () => {
  expect(sglang.chatReply(facts, ' a b', 2, 'length')).toEqual({
    id,
    object: 'chat.completion',
    created: 1_795_000_000,
    model: 'm',
    choices: [
      {
        index: 0,
        message: {role: 'assistant', content: ' a b', reasoning_content: null, tool_calls: null},
        logprobs: null,
        finish_reason: 'length',
        matched_stop: null,
      },
    ],
    usage: {
      prompt_tokens: 40,
      total_tokens: 42,
      completion_tokens: 2,
      prompt_tokens_details: {cached_tokens: 16},
      reasoning_tokens: 0,
    },
    metadata: {weight_version: 'default'},
  });
});

test('embeddings name the model that the server was started with', () => {
  expect(
    sglang.embedReply({
      requestId: 'r1',
      createdSeconds: 1_795_000_000,
      model: 'asked',
      servedModel: 'served',
      vectors: [Float32Array.of(0.5, -2)],
      encoding: 'base64',
      promptTokens: 9,
    }),
  ).toEqual({
    data: [{embedding: 'AAAAPwAAAMA=', index: 0, object: 'embedding'}],
    model: 'served',
    object: 'list',
    usage: {
      prompt_tokens: 9,
      total_tokens: 9,
      completion_tokens: 0,
      prompt_tokens_details: null,
      reasoning_tokens: 0,
    },
  });
});

test('rerank answers a bare list of raw scores, sorted', () => {
  const ranking = {
    requestId: 'r1',
    model: 'm',
    topN: null,
    returnDocuments: true,
    useActivation: true,
    receivedSeconds: 1_795_000_000.5,
    finishedSeconds: 1_795_000_000.75,
    documents: [
      {text: 'a', logit: -2, promptTokens: 5},
      {text: 'b', logit: 1.5, promptTokens: 7},
    ],
  };
  const meta = {
    id: expect.stringMatching(/^[0-9a-f]{32}$/),
    finish_reason: {type: 'length', length: 0},
    weight_version: 'default',
    num_retractions: 0,
    queue_time: 0,
    e2e_latency: 0.25,
    request_received_ts: 1_795_000_000.5,
    api_server_dispatch_finish_ts: 1_795_000_000.5,
    request_finished_ts: 1_795_000_000.75,
    response_sent_to_client_ts: 1_795_000_000.75,
  };
  expect(sglang.rerankReply(ranking)).toEqual([
    {score: 1.5, document: 'b', index: 1, meta_info: {...meta, prompt_tokens: 7}},
    {score: -2, document: 'a', index: 0, meta_info: {...meta, prompt_tokens: 5}},
  ]);
  expect(sglang.rerankReply({...ranking, topN: 1, returnDocuments: false})).toEqual([
    {score: 1.5, index: 1, meta_info: {...meta, prompt_tokens: 7}},
  ]);
});

describe('errors', () => {
  test('are flat and typed by what went wrong', () => {
    const error = {object: 'error', message: 'no', param: null, code: 400};
    expect(sglang.errorBody(problem('invalid', 400))).toEqual({...error, type: 'Bad Request'});
    expect(sglang.errorBody(problem('refused', 400))).toEqual({...error, type: 'BadRequestError'});
    expect(sglang.errorBody(problem('http', 503))).toEqual({...error, type: '503', code: 503});
  });

  test('a prompt must leave the context one token, also when nothing is generated', () => {
    expect(sglang.tooLong(90, 10, 100)).toBeNull();
    expect(sglang.tooLong(99, null, 100)).toBeNull();
    expect(sglang.tooLong(100, null, 100)?.message).toBe(
      "The input (100 tokens) is longer than the model's context length (100 tokens).",
    );
    expect(sglang.tooLong(91, 10, 100)?.message).toMatch(/maximum context length of 100 tokens.*total of 101 tokens/);
  });

  test('any model is taken and echoed', () => {
    expect(sglang.modelOf('other', 'm')).toBe('other');
    expect(sglang.modelOf(null, 'm')).toBe('default');
  });
});

describe('pages', () => {
  const page = (key: string, more: object = {}) => sglang.pages[key]?.({...view, ...more});
  const json = (key: string, more: object = {}) => JSON.parse(page(key, more)?.body ?? '');

  test('tell the arguments, the pool, the memory by part and the model', () => {
    expect(json('GET /server_info')).toMatchObject({
      served_model_name: 'm',
      enable_cache_report: true,
      page_size: 16,
      max_total_num_tokens: 1024,
      max_req_input_len: 506,
      internal_states: [
        {
          memory_usage: {weight: 3, kvcache: 1, startup_available: 0.25, token_capacity: 1024, graph: {decode: 0.5}},
          effective_max_running_requests_per_dp: 64,
        },
      ],
      version: '0.5.17+simulated',
    });
    expect(json('GET /server_info', {reportsCachedTokens: false})).toMatchObject({enable_cache_report: false});
    expect(json('GET /model_info')).toMatchObject({model_path: 'm', is_generation: true});
    expect(json('GET /v1/models')).toMatchObject({data: [{id: 'm', owned_by: 'sglang', max_model_len: 512}]});
    expect(page('GET /health', {ready: false})?.status).toBe(503);
    expect(page('GET /ping', {ready: false})?.status).toBe(200);
  });

  test('tell the counters and gauges', () => {
    const scheduler = 'engine_type="unified",model_name="m",moe_ep_rank="0"';
    const ranks = 'pp_rank="0",tp_rank="0"';
    const request = 'model_name="m"';
    expect(
      page('GET /metrics')
        ?.body.split('\n')
        .filter(line => !line.startsWith('#')),
    ).toEqual([
      `sglang:num_running_reqs{${scheduler},${ranks}} 2.0`,
      `sglang:num_queue_reqs{${scheduler},${ranks}} 1.0`,
      `sglang:num_used_tokens{${scheduler},${ranks}} 256.0`,
      `sglang:token_usage{${scheduler},${ranks}} 0.25`,
      `sglang:full_token_usage{${scheduler},${ranks}} 0.25`,
      `sglang:kv_available_tokens{${scheduler},${ranks}} 256.0`,
      `sglang:kv_evictable_tokens{${scheduler},${ranks}} 512.0`,
      `sglang:kv_used_tokens{${scheduler},${ranks}} 256.0`,
      `sglang:max_total_num_tokens{${scheduler},${ranks}} 1024.0`,
      `sglang:weight_memory_usage_gb{${scheduler},${ranks}} 3.0`,
      `sglang:kv_cache_memory_usage_gb{${scheduler},${ranks}} 1.0`,
      `sglang:graph_memory_usage_gb{${scheduler},phase="decode",${ranks}} 0.5`,
      `sglang:startup_available_gpu_memory_gb{${scheduler},${ranks}} 0.25`,
      `sglang:page_size{${scheduler},${ranks}} 16.0`,
      `sglang:num_pages{${scheduler},${ranks}} 64.0`,
      `sglang:context_len{${scheduler},${ranks}} 512.0`,
      `sglang:prompt_tokens_total{engine_type="unified",is_streaming="false",${request}} 30.0`,
      `sglang:prompt_tokens_total{engine_type="unified",is_streaming="true",${request}} 200.0`,
      `sglang:generation_tokens_total{engine_type="unified",is_streaming="false",${request}} 1.0`,
      `sglang:generation_tokens_total{engine_type="unified",is_streaming="true",${request}} 50.0`,
      `sglang:num_requests_total{engine_type="unified",is_streaming="false",${request}} 1.0`,
      `sglang:num_requests_total{engine_type="unified",is_streaming="true",${request}} 2.0`,
      `sglang:cached_tokens_total{cache_source="device",engine_type="unified",${request}} 110.0`,
      '',
    ]);
    expect(page('GET /metrics', {metricsEnabled: false})?.status).toBe(404);
  });

  test('tell of streams and of hits only when there were any', () => {
    const nothing = {requests: 0, promptTokens: 0, generationTokens: 0};
    const finished = {streamed: nothing, whole: nothing, cachedPromptTokens: 0};
    const body = page('GET /metrics', {stats: {...view.stats, finished}})?.body;
    expect(body).toContain(
      'sglang:num_requests_total{engine_type="unified",is_streaming="false",model_name="m"} 0.0\n',
    );
    expect(body).not.toContain('is_streaming="true"');
    expect(body).not.toContain('sglang:cached_tokens_total');
  });

  test('a flush says in words that it was done, and 400 that it was not', () => {
    expect(sglang.reset.page(true)).toMatchObject({status: 200, body: expect.stringMatching(/^Cache flushed\./)});
    expect(sglang.reset.page(false)).toMatchObject({status: 400});
    expect(sglang.reset.allowed({...view.stats, running: 0, waiting: 0})).toBe(true);
    expect(sglang.reset.allowed({...view.stats, running: 0, waiting: 1})).toBe(false);
  });
});

test('tokens', () => {
  expect(sglang.tokenizeReply([4, 5], 512)).toEqual({tokens: [4, 5], count: 2, max_model_len: 512});
});
