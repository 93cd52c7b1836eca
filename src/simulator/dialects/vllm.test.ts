import {describe, expect, test} from 'vitest';
import {facts, problem, view} from './test-facts.ts';
import {vllm} from './vllm.ts';

const chunk = (rest: object) => ({
  id: 'chatcmpl-r1',
  object: 'chat.completion.chunk',
  created: 1_795_000_000,
  model: 'm',
  ...rest,
});

describe('a stream', () => {
  test('begins with a role chunk, ends its last delta with the finish reason, then tells usage', () => {
    expect(vllm.stream.beforeTokens(facts)).toEqual([
      chunk({
        choices: [{index: 0, delta: {role: 'assistant', content: ''}, logprobs: null, finish_reason: null}],
        prompt_token_ids: null,
        prompt_text: null,
      }),
    ]);
    expect(vllm.stream.token(facts, ' a', 1, false)).toEqual(
      chunk({choices: [{index: 0, delta: {content: ' a'}, logprobs: null, finish_reason: null, token_ids: null}]}),
    );
    expect(vllm.stream.token(facts, ' b', 2, true)).toEqual(
      chunk({
        choices: [
          {
            index: 0,
            delta: {content: ' b'},
            logprobs: null,
            finish_reason: 'length',
            stop_reason: null,
            token_ids: null,
          },
        ],
      }),
    );
    expect(vllm.stream.afterTokens(facts, 2)).toEqual([
      chunk({
        choices: [],
        usage: {
          prompt_tokens: 40,
          total_tokens: 42,
          completion_tokens: 2,
          prompt_tokens_details: {cached_tokens: 16, created_cache_tokens: 16},
        },
        system_fingerprint: 'vllm-0.26.0+simulated',
      }),
    ]);
  });

  test('has no usage chunk when none was asked for; the finish chunk then has the fingerprint', () => {
    const silent = {...facts, includeUsage: false};
    expect(vllm.stream.afterTokens(silent, 2)).toEqual([]);
    expect(vllm.stream.token(silent, ' b', 2, true)).toMatchObject({system_fingerprint: 'vllm-0.26.0+simulated'});
  });

  test('has usage without details in every event when it is to be continuous', () => {
    const continuous = {...facts, continuousUsage: true};
    const usage = {prompt_tokens: 40, total_tokens: 43, completion_tokens: 3};
    expect(vllm.stream.token(continuous, ' c', 3, false)).toMatchObject({usage});
    expect(vllm.stream.beforeTokens(continuous)).toMatchObject([
      {usage: {prompt_tokens: 40, total_tokens: 40, completion_tokens: 0}},
    ]);
  });

  test('fails with the nested error', () => {
    expect(vllm.stream.error('broke', 500)).toEqual({
      error: {message: 'broke', type: 'Internal Server Error', param: null, code: 500},
    });
  });
});

describe('cached tokens', () => {
  const details = (more: object) => {
    const [last] = vllm.stream.afterTokens({...facts, ...more}, 1) as {usage: {prompt_tokens_details?: object}}[];
    return last?.usage.prompt_tokens_details;
  };

  test('are told when there were none', () => {
    expect(details({cachedPromptTokens: 0})).toEqual({cached_tokens: 0, created_cache_tokens: 32});
  });

  test('are absent from streams and null in whole replies without --enable-prompt-tokens-details', () => {
    expect(details({reportsCachedTokens: false})).toBeUndefined();
    expect(vllm.chatReply({...facts, reportsCachedTokens: false}, '', 1, 'length')).toMatchObject({
      usage: {prompt_tokens_details: null},
    });
  });
});

test('a whole chat reply', () => {
  expect(vllm.chatReply(facts, ' a b', 2, 'length')).toEqual({
    id: 'chatcmpl-r1',
    object: 'chat.completion',
    created: 1_795_000_000,
    model: 'm',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: ' a b',
          refusal: null,
          annotations: null,
          audio: null,
          function_call: null,
          reasoning: null,
        },
        logprobs: null,
        finish_reason: 'length',
        stop_reason: null,
        token_ids: null,
        routed_experts: null,
      },
    ],
    service_tier: null,
    system_fingerprint: 'vllm-0.26.0+simulated',
    usage: {
      prompt_tokens: 40,
      total_tokens: 42,
      completion_tokens: 2,
      prompt_tokens_details: {cached_tokens: 16, created_cache_tokens: 16, multimodal_tokens: null},
    },
    prompt_logprobs: null,
    prompt_token_ids: null,
    prompt_text: null,
    kv_transfer_params: null,
    ec_transfer_params: null,
    metrics: null,
  });
});

test('embeddings, as numbers and as little-endian float32', () => {
  const embedding = {
    requestId: 'r1',
    createdSeconds: 1_795_000_000,
    model: 'm',
    servedModel: 'm',
    vectors: [Float32Array.of(0.5, -2)],
    encoding: 'float' as const,
    promptTokens: 9,
  };
  expect(vllm.embedReply(embedding)).toEqual({
    id: 'embd-r1',
    object: 'list',
    created: 1_795_000_000,
    model: 'm',
    data: [{index: 0, object: 'embedding', embedding: [0.5, -2]}],
    usage: {prompt_tokens: 9, total_tokens: 9, completion_tokens: 0, prompt_tokens_details: null},
  });
  expect(vllm.embedReply({...embedding, encoding: 'base64'})).toMatchObject({data: [{embedding: 'AAAAPwAAAMA='}]});
});

describe('rerank', () => {
  const ranking = {
    requestId: 'r1',
    model: 'm',
    topN: null,
    returnDocuments: true,
    useActivation: true,
    receivedSeconds: 0,
    finishedSeconds: 0,
    documents: [
      {text: 'a', logit: 0, promptTokens: 5},
      {text: 'b', logit: Math.log(3), promptTokens: 7},
    ],
  };

  test('answers sorted, with a sigmoid over the scores', () => {
    expect(vllm.rerankReply(ranking)).toEqual({
      id: 'score-r1',
      model: 'm',
      usage: {prompt_tokens: 12, total_tokens: 12},
      results: [
        {index: 1, document: {text: 'b', multi_modal: null}, relevance_score: expect.closeTo(0.75, 12)},
        {index: 0, document: {text: 'a', multi_modal: null}, relevance_score: 0.5},
      ],
    });
  });

  test('answers raw scores without activation, and the first n; 0 is all', () => {
    const scores = (more: object) =>
      (vllm.rerankReply({...ranking, ...more}) as {results: {relevance_score: number}[]}).results.map(
        ({relevance_score}) => relevance_score,
      );
    expect(scores({useActivation: false})).toEqual([Math.log(3), 0]);
    expect(scores({topN: 1})).toHaveLength(1);
    expect(scores({topN: 0})).toHaveLength(2);
  });
});

describe('errors', () => {
  test('are nested and typed by what went wrong', () => {
    const error = {message: 'no', param: null, code: 400};
    expect(vllm.errorBody(problem('invalid', 400))).toEqual({error: {...error, type: 'Bad Request'}});
    expect(vllm.errorBody(problem('refused', 400))).toEqual({error: {...error, type: 'BadRequestError'}});
    expect(vllm.errorBody(problem('unknown-model', 404))).toEqual({
      error: {...error, type: 'NotFoundError', code: 404},
    });
    expect(vllm.errorBody(problem('http', 503))).toEqual({error: {...error, type: 'Service Unavailable', code: 503}});
  });

  test('a prompt may fill the context together with its output, and no more', () => {
    expect(vllm.tooLong(90, 10, 100)).toBeNull();
    expect(vllm.tooLong(100, null, 100)).toBeNull();
    expect(vllm.tooLong(95, 10, 100)).toEqual({
      kind: 'refused',
      status: 400,
      message:
        "This model's maximum context length is 100 tokens. However, you requested 10 output tokens and your prompt contains " +
        'at least 91 input tokens, for a total of at least 101 tokens. Please reduce the length of the input prompt or the ' +
        'number of requested output tokens. (parameter=input_tokens, value=91)',
      param: 'input_tokens',
    });
  });

  test('another model is none of its own; none or an empty name is the one served', () => {
    expect(vllm.modelOf('other', 'm')).toBeNull();
    expect(vllm.modelOf(null, 'm')).toBe('m');
    expect(vllm.modelOf('', 'm')).toBe('m');
    expect(vllm.modelOf('m', 'm')).toBe('m');
  });
});

describe('pages', () => {
  const page = (key: string, more: object = {}) => vllm.pages[key]?.({...view, ...more});

  test('tell the version, the model and whether the server is ready', () => {
    expect(page('GET /version')?.body).toBe('{"version":"0.26.0+simulated"}');
    expect(JSON.parse(page('GET /v1/models')?.body ?? '')).toMatchObject({
      data: [{id: 'm', owned_by: 'vllm', max_model_len: 512}],
    });
    expect(page('GET /health')).toEqual({status: 200, type: null, body: ''});
    expect(page('GET /health', {ready: false})).toEqual({status: 503, type: null, body: ''});
  });

  test('tell the counters and gauges', () => {
    expect(
      page('GET /metrics')
        ?.body.split('\n')
        .filter(line => !line.startsWith('#') && !line.startsWith('vllm:cache_config_info')),
    ).toEqual([
      'vllm:num_requests_running{engine="0",model_name="m"} 2.0',
      'vllm:num_requests_waiting{engine="0",model_name="m"} 1.0',
      'vllm:engine_sleep_state{engine="0",model_name="m",sleep_state="awake"} 1.0',
      'vllm:engine_sleep_state{engine="0",model_name="m",sleep_state="weights_offloaded"} 0.0',
      'vllm:engine_sleep_state{engine="0",model_name="m",sleep_state="discard_all"} 0.0',
      'vllm:kv_cache_usage_perc{engine="0",model_name="m"} 0.25',
      'vllm:prefix_cache_queries_total{engine="0",model_name="m"} 300.0',
      'vllm:prefix_cache_hits_total{engine="0",model_name="m"} 120.0',
      'vllm:num_preemptions_total{engine="0",model_name="m"} 4.0',
      'vllm:prompt_tokens_total{engine="0",model_name="m"} 280.0',
      'vllm:prompt_tokens_cached_total{engine="0",model_name="m"} 120.0',
      'vllm:generation_tokens_total{engine="0",model_name="m"} 55.0',
      'vllm:request_success_total{engine="0",finished_reason="stop",model_name="m"} 0.0',
      'vllm:request_success_total{engine="0",finished_reason="length",model_name="m"} 3.0',
      'vllm:request_success_total{engine="0",finished_reason="abort",model_name="m"} 0.0',
      'vllm:request_success_total{engine="0",finished_reason="error",model_name="m"} 0.0',
      'vllm:request_success_total{engine="0",finished_reason="repetition",model_name="m"} 0.0',
      '',
    ]);
    expect(page('GET /metrics')?.body).toMatch(
      /^vllm:cache_config_info\{.*block_size="16",.*kv_cache_size_tokens="1024",.*num_gpu_blocks="64",.*\} 1\.0$/m,
    );
    expect(page('GET /metrics', {metricsEnabled: false})).toMatchObject({status: 200, body: ''});
  });

  test('a reset answers 200 whether it was done or not', () => {
    expect(vllm.reset.page(true)).toMatchObject({status: 200, body: '{"success":true}'});
    expect(vllm.reset.page(false)).toMatchObject({status: 200, body: '{"success":false}'});
  });
});

test('tokens', () => {
  expect(vllm.tokenizeReply([4, 5], 512)).toEqual({count: 2, max_model_len: 512, tokens: [4, 5], token_strs: null});
});
