import {expect, test} from 'vitest';
import type {Endpoint} from '../engines/engine.ts';
import {engines} from '../engines/index.ts';
import {untoldFacts} from '../engines/untold-facts.ts';
import type {Role} from '../schema/request.ts';
import {asked} from '../workloads/chat.ts';
import {systemPrompt} from '../workloads/corpus.ts';
import {codeSamples, questionSamples, textSamples} from '../workloads/length-samples.ts';
import {type Received, reply, startTestServer} from './test-server.ts';
import {corpusText, measureTokenLengths} from './token-lengths.ts';

const served = (url: string, ...roles: readonly Role[]): Endpoint[] =>
  roles.map(role => ({role, url, model: 'm', facts: untoldFacts}));
const signal = new AbortController().signal;

/**
 * A server that answers /tokenize with what `count` makes of a text, null being a refusal; with `special` tokens around a
 * text, and with as many as `framing` for messages.
 */
const tokenizing = (count: (text: string) => number | null, {special = 0, framing = null as number | null} = {}) =>
  startTestServer(({body, socket}: Received) => {
    const {prompt, add_special_tokens: marked} = JSON.parse(body);
    const ofText = prompt === undefined ? framing : count(prompt);
    const tokens = ofText !== null && marked ? ofText + special : ofText;
    const text =
      tokens === null
        ? reply('{"error":{"message":"too long"}}', {status: 400})
        : reply(JSON.stringify({count: tokens, max_model_len: 512, tokens: []}));
    return socket.end(text);
  });

const measure = (url: string, engine = engines.vllm, local = {}) =>
  measureTokenLengths({engine, endpoints: served(url, 'chat'), local, signal});
const quarter = (text: string) => Math.ceil(text.length / 4);

test('the server is asked for all texts of a kind at once, and for the template; the ratio has two decimals', async () => {
  await using server = await tokenizing(text => Math.ceil(text.length / 3.777));
  const {lengths, findings} = await measure(server.url);
  expect(lengths).toEqual([{role: 'chat', from: 'server', charactersPerToken: 3.78, fixedTokens: 0, tokenizer: null}]);
  expect(findings).toEqual([]);
  expect(new Set(server.received.map(({method, path}) => `${method} ${path}`))).toEqual(new Set(['POST /tokenize']));
  const text = (prompt: string, special = false) => ({model: 'm', prompt, add_special_tokens: special});
  expect(server.received.map(({body}) => JSON.parse(body))).toEqual([
    text(corpusText),
    text(textSamples.join('')),
    text(questionSamples.join('')),
    text('a'),
    text('a', true),
    {model: 'm', messages: asked(''), add_generation_prompt: true},
  ]);
});

test('what a request has beyond its characters is counted in whole tokens, for each role what its usage has', async () => {
  // Four characters are a token, and each name of a commit is eight more: every sample begins with one.
  const names = (text: string) => 8 * (text.match(/[0-9a-f]{8}\n/g)?.length ?? 0);
  const framing = Math.round(systemPrompt.length / 4) + 13;
  await using server = await tokenizing(text => quarter(text) + names(text), {special: 2, framing});
  const endpoints = served(server.url, 'chat', 'embed', 'rerank');
  const {lengths} = await measureTokenLengths({engine: engines.vllm, endpoints, local: {}, signal});
  expect(lengths.map(({role, charactersPerToken, fixedTokens}) => [role, charactersPerToken, fixedTokens])).toEqual([
    ['chat', 4, 8 + 13],
    ['embed', 4, 8 + 2],
    ['rerank', 4, 8],
  ]);
});

test('one server of several roles is asked once for all of them', async () => {
  await using server = await tokenizing(quarter);
  const endpoints = served(server.url, 'chat', 'embed', 'rerank');
  const {lengths} = await measureTokenLengths({engine: engines.sglang, endpoints, local: {}, signal});
  expect(lengths.map(({role, charactersPerToken}) => [role, charactersPerToken])).toEqual([
    ['chat', 4],
    ['embed', 4],
    ['rerank', 4],
  ]);
  expect(server.received).toHaveLength(5 + 1);
});

test.each([
  ['refuses', null],
  ['cuts', 512],
])('a server that %s what is longer than its context is asked file by file', async (_, tooLong) => {
  await using server = await tokenizing(text => (text.length > 2000 ? tooLong : Math.ceil(text.length / 2)));
  const {lengths, findings} = await measure(server.url);
  expect(lengths).toMatchObject([{from: 'server', charactersPerToken: 2}]);
  expect(findings).toEqual([]);
  expect(server.received).toHaveLength(3 * (1 + codeSamples.length) + 2 + 1);
});

test('a server that does not say leaves the estimate, with a note', async () => {
  await using server = await startTestServer(({socket}) => socket.end(reply('{"detail":"Not Found"}', {status: 404})));
  const {lengths, findings} = await measureTokenLengths({
    engine: engines.vllm,
    endpoints: served(server.url, 'chat', 'embed'),
    local: {},
    signal,
  });
  expect(lengths).toEqual([
    {role: 'chat', from: 'estimate', charactersPerToken: 3.75, fixedTokens: 0, tokenizer: null},
    {role: 'embed', from: 'estimate', charactersPerToken: 3.1, fixedTokens: 0, tokenizer: null},
  ]);
  expect(findings.map(({code, severity}) => [code, severity])).toEqual([
    ['lengths-estimated', 'note'],
    ['lengths-estimated', 'note'],
  ]);
});

test('a server that cannot be reached, or says nonsense, leaves it too', async () => {
  await using server = await startTestServer(({socket}) => socket.end(reply('{"count":"many"}')));
  for (const url of ['http://127.0.0.1:9', server.url])
    expect((await measure(url)).lengths).toMatchObject([{from: 'estimate'}]);
});

test('an engine without such a page is not asked', async () => {
  await using server = await tokenizing(quarter);
  expect((await measure(server.url, engines.openai)).lengths).toMatchObject([{from: 'estimate'}]);
  expect(server.received).toEqual([]);
});

const tokenizer = {file: 'qwen/tokenizer.json', sha256: 'f00'};
const fileCounts = (code: number) => {
  const counts = {
    code: Math.round(code),
    texts: quarter(textSamples.join('')),
    questions: quarter(questionSamples.join('')),
  };
  return {chat: {counts: {...counts, special: 0}, tokenizer}};
};

test('a tokenizer of the user goes before the server, and agrees with it within one percent', async () => {
  await using server = await tokenizing(quarter);
  const {lengths, findings} = await measure(server.url, engines.vllm, fileCounts((corpusText.length / 4) * 1.009));
  expect(lengths).toMatchObject([{role: 'chat', from: 'tokenizer', charactersPerToken: 3.96, tokenizer}]);
  expect(findings).toEqual([]);
});

test('a tokenizer that counts more than one percent apart from the server is a warning', async () => {
  await using server = await tokenizing(quarter);
  const {lengths, findings} = await measure(server.url, engines.vllm, fileCounts((corpusText.length / 4) * 1.011));
  expect(lengths).toMatchObject([{from: 'tokenizer'}]);
  expect(findings).toMatchObject([{code: 'token-count', severity: 'warning'}]);
  expect(findings[0]?.message).toContain('qwen/tokenizer.json');
});

test('an abort throws its own reason', async () => {
  const abort = new AbortController();
  await using server = await startTestServer(() => abort.abort(new Error('interrupted')));
  const asked = {engine: engines.vllm, endpoints: served(server.url, 'chat'), local: {}, signal: abort.signal};
  await expect(measureTokenLengths(asked)).rejects.toThrow('interrupted');
});
