import {describe, expect, test} from 'vitest';
import type {EmbedRequest, RerankRequest} from '../schema/request.ts';
import {fixtureText} from '../test-fixture.ts';
import {engines} from './index.ts';
import {parseJson, valueAt} from './json-field.ts';
import {untoldFacts} from './untold-facts.ts';

// What vLLM 0.26.0 and SGLang 0.5.17 really answered (fixtures/README.md); the numbers were read off the files.

const {vllm, sglang, openai} = engines;
const ofVllm = (file: string) => fixtureText(`replies/vllm/${file}`);
const ofSglang = (file: string) => fixtureText(`replies/sglang/${file}`);
const model = '/eng/models/qwen2.5-coder-1.5b';

describe('facts', () => {
  const vllmFacts = vllm.readFacts({
    '/version': ofVllm('version.json'),
    '/v1/models': ofVllm('models.json'),
    '/metrics': fixtureText('metrics/vllm/before.txt'),
  });

  test('vLLM: 157,984 blocks of 16 are the 2,527,744 tokens of which its log told', () => {
    expect(vllmFacts).toEqual({
      version: '0.26.0',
      model,
      contextTokens: 8192,
      kvTokens: 2_527_744,
      pageTokens: 16,
      reportsCachedTokens: null,
    });
  });

  test('vLLM with an encoder has one block, which is no pool', () => {
    const line =
      'vllm:cache_config_info{_block_size_resolved="True",block_size="16",enable_prefix_caching="False",engine="0",' +
      'kv_cache_size_tokens="None",num_gpu_blocks="1",num_gpu_blocks_override="None"} 1.0';
    expect(vllm.readFacts({'/metrics': line}).kvTokens).toBeNull();
  });

  test('SGLang', () => {
    const facts = sglang.readFacts({
      '/server_info': ofSglang('server-info.json'),
      '/model_info': ofSglang('model-info.json'),
      '/v1/models': ofSglang('models.json'),
    });
    expect(facts).toEqual({
      version: '0.5.17',
      model,
      contextTokens: 8192,
      kvTokens: 1_943_850,
      pageTokens: 1,
      reportsCachedTokens: true,
    });
  });
});

describe('metrics', () => {
  const read = (name: 'vllm' | 'sglang', when: string) =>
    engines[name].metrics?.read(fixtureText(`metrics/${name}/${when}.txt`));
  const idle = {runningRequests: 0, waitingRequests: 0, kvUsage: 0};

  test('vLLM: nothing yet, then four requests of 51 tokens, three of which found 48 in the cache', () => {
    expect(read('vllm', 'before')).toEqual({
      ...idle,
      promptTokensTotal: 0,
      generationTokensTotal: 0,
      prefixQueriesTotal: 0,
      prefixHitsTotal: 0,
    });
    expect(read('vllm', 'after')).toEqual({
      ...idle,
      promptTokensTotal: 204,
      generationTokensTotal: 24 + 24 + 8 + 8,
      prefixQueriesTotal: 204,
      prefixHitsTotal: 144,
    });
    const finished = (when: 'before' | 'after') =>
      engines.vllm.metrics?.readFinished(fixtureText(`metrics/vllm/${when}.txt`));
    expect([finished('before'), finished('after')]).toEqual([0, 4]);
  });

  test('SGLang: its own warm-up without a word of hits, then five more requests, four of which found 50', () => {
    expect(read('sglang', 'before')).toEqual({
      ...idle,
      kvUsage: 7 / 1_943_850, // num_used_tokens over max_total_num_tokens
      promptTokensTotal: 6,
      generationTokensTotal: 8,
      prefixQueriesTotal: 6,
      prefixHitsTotal: 0,
    });
    expect(read('sglang', 'after')).toEqual({
      ...idle,
      promptTokensTotal: 6 + 5 * 51, // 108 whole and 153 streamed
      generationTokensTotal: 8 + 24 + 24 + 8 + 8 + 8, // one more than vLLM: the unknown model was served, too
      prefixQueriesTotal: 261,
      prefixHitsTotal: 200,
    });
    const finished = (when: 'before' | 'after') =>
      engines.sglang.metrics?.readFinished(fixtureText(`metrics/sglang/${when}.txt`));
    expect([finished('before'), finished('after')]).toEqual([1, 6]); // the warm-up is one
  });
});

describe('whole replies', () => {
  const embed: EmbedRequest = {kind: 'embed', id: 'e', texts: ['']};
  const rerank: RerankRequest = {kind: 'rerank', id: 'r', query: 'q', documents: Array(8).fill('d')};
  const prompt = (promptTokens: number | null) => ({promptTokens, outputTokens: null, cachedPromptTokens: null});

  test('embeddings: one vector of 137 prompt tokens, in the words of each', () => {
    for (const [engine, body] of [
      [vllm, ofVllm('embed.json')],
      [sglang, ofSglang('embed.json')],
      [openai, ofVllm('embed.json')],
      [openai, ofSglang('embed.json')],
    ] as const)
      expect(engine.readWhole(embed, parseJson(body), untoldFacts)).toEqual({
        usage: prompt(137),
        items: 1,
        problem: null,
      });
  });

  test('embeddings of an empty text are an answer of vLLM, and two tokens', () => {
    const reply = parseJson(ofVllm('embed-blank-text.json'));
    expect(vllm.readWhole(embed, reply, untoldFacts)).toEqual({usage: prompt(2), items: 1, problem: null});
  });

  test('rankings: eight documents; vLLM counts the 1182 tokens itself, SGLang by the document', () => {
    const replies = [parseJson(ofVllm('rerank.json')), parseJson(ofSglang('rerank.json'))];
    const answer = {usage: prompt(143 + 136 + 139 + 132 + 165 + 152 + 173 + 142), items: 8, problem: null};
    expect(vllm.readWhole(rerank, replies[0], untoldFacts)).toEqual(answer);
    expect(sglang.readWhole(rerank, replies[1], untoldFacts)).toEqual(answer);
    expect(openai.readWhole(rerank, replies[0], untoldFacts)).toEqual(answer);
    expect(openai.readWhole(rerank, replies[1], untoldFacts)).toEqual({...answer, usage: prompt(null)});
  });

  test('a reply for more or fewer than were asked is a problem', () => {
    const nine = {...rerank, documents: Array(9).fill('d')};
    expect(vllm.readWhole(nine, parseJson(ofVllm('rerank.json')), untoldFacts).problem).toMatch(/8 items for 9/);
    expect(sglang.readWhole(nine, parseJson(ofSglang('rerank.json')), untoldFacts).problem).toMatch(/8 items for 9/);
  });

  test('the usage of a whole chat reply', () => {
    const usageOf = (body: string) => valueAt(parseJson(body), 'usage');
    const counts = {promptTokens: 51, outputTokens: 8};
    expect(vllm.readUsage(usageOf(ofVllm('chat.json')), untoldFacts)).toEqual({...counts, cachedPromptTokens: 48});
    expect(sglang.readUsage(usageOf(ofSglang('chat.json')), untoldFacts)).toEqual({...counts, cachedPromptTokens: 50});
  });
});

describe('errors', () => {
  test.each([
    ['error-unknown-model.json', 'The model `no-such-model` does not exist.'],
    ['error-bad-json.json', /^1 validation error: \{'type': 'json_invalid', 'loc': \('body', 1\)/],
    ['error-bad-type.json', "'int' object is not iterable"],
    ['error-too-long.json', /^This model's maximum context length is 8192 tokens\. However, you requested 8 output/],
    ['error-embed-too-long.json', /^This model's maximum context length is 512 tokens\./],
    ['not-found.json', 'Not Found'],
  ])('vLLM, %s: the message, on one line', (file, message) => {
    expect(vllm.readError(ofVllm(file))).toMatch(message);
    expect(vllm.readError(ofVllm(file))).not.toContain('\n');
  });

  test.each([
    ['error-bad-json.json', /^1 validation error: \{'type': 'json_invalid', 'loc': \('body', 1\)/],
    ['error-bad-type.json', /^1 validation error: \{'type': 'list_type', 'loc': \('body', 'messages'\)/],
    ['error-too-long.json', "The input (9009 tokens) is longer than the model's context length (8192 tokens)."],
    ['error-embed-too-long.json', "The input (602 tokens) is longer than the model's context length (512 tokens)."],
    ['error-blank-text.json', 'Input at index 0 cannot be empty or whitespace only'],
    ['not-found.json', 'Not Found'],
  ])('SGLang, %s: the message, on one line', (file, message) => {
    expect(sglang.readError(ofSglang(file))).toMatch(message);
    expect(sglang.readError(ofSglang(file))).not.toContain('\n');
  });

  test.each([
    ['vllm', 'chat.json'],
    ['vllm', 'embed.json'],
    ['vllm', 'rerank.json'],
    ['sglang', 'chat.json'],
    ['sglang', 'chat-unknown-model.json'], // SGLang serves any name
    ['sglang', 'embed.json'],
    ['sglang', 'rerank.json'],
  ] as const)('%s, %s is no error', (name, file) => {
    expect(engines[name].readError(fixtureText(`replies/${name}/${file}`))).toBeNull();
  });
});

describe('resetting the prefix cache', () => {
  test('was done by each, and is unsupported where the route is the other engine’s', () => {
    expect(vllm.cacheReset?.outcome({status: 200, body: ofVllm('reset.json')})).toBe('done');
    expect(sglang.cacheReset?.outcome({status: 200, body: ofSglang('reset.txt')})).toBe('done');
    expect(vllm.cacheReset?.outcome({status: 404, body: ofVllm('not-found.json')})).toBe('unsupported');
    expect(sglang.cacheReset?.outcome({status: 404, body: ofSglang('not-found.json')})).toBe('unsupported');
  });
});

test('the tokens of a text are counted as both engines tell them, and a refusal is no count', () => {
  for (const [engine, body] of [
    [vllm, ofVllm('tokenize.json')],
    [sglang, ofSglang('tokenize.json')],
  ] as const) {
    expect(engine.tokenize?.count({status: 200, body})).toBe(10);
    expect(engine.tokenize?.count({status: 400, body})).toBeNull();
    expect(engine.tokenize?.count({status: 200, body: '{"count":[3,4]}'})).toBeNull();
    const text = {model: 'm', prompt: 'a b', add_special_tokens: false};
    expect(engine.tokenize?.ofText('a b', 'm', false)).toEqual(text);
    const messages = [{role: 'user', content: 'a b'}] as const;
    expect(engine.tokenize?.ofMessages(messages, 'm')).toEqual({model: 'm', messages, add_generation_prompt: true});
  }
  expect(openai.tokenize).toBeNull();
});
