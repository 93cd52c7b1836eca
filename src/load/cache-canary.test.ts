import {describe, expect, test} from 'vitest';
import type {Endpoint} from '../engines/engine.ts';
import {engines} from '../engines/index.ts';
import {untoldFacts} from '../engines/untold-facts.ts';
import {emptyPrefixCache} from './cache-canary.ts';
import {done, event, finish, type Received, reply, startTestServer, token} from './test-server.ts';

/** A server with a prefix cache; `reset` answers the reset call and says whether it empties the cache. */
const cachingServer = (
  reset: () => {text: string; empties: boolean},
  {told = (cached: number): object | null => ({cached_tokens: cached})} = {},
) => {
  const cache = new Set<string>();
  return startTestServer(({path, body, socket}: Received) => {
    if (path !== '/v1/chat/completions') {
      const {text, empties} = reset();
      if (empties) cache.clear();
      return socket.write(text);
    }
    const prompt = JSON.stringify(JSON.parse(body).messages);
    const cached = cache.has(prompt) ? 128 : 0;
    cache.add(prompt);
    const usage = event({
      choices: [],
      usage: {prompt_tokens: 140, completion_tokens: 1, prompt_tokens_details: told(cached)},
    });
    return socket.write(reply(token('x') + finish + usage + done));
  });
};

const success = {text: reply('{"success":true}'), empties: true};

const emptied = async (server: Awaited<ReturnType<typeof cachingServer>>, engine = engines.vllm, seed = 1) => {
  const endpoint: Endpoint = {role: 'chat', url: server.url, model: 'm', facts: untoldFacts};
  const result = await emptyPrefixCache({engine, endpoint, seed, signal: new AbortController().signal});
  const paths = server.received.map(({path}) => path.split('/').at(-1));
  return {...result, paths, severities: result.findings.map(({code, severity}) => [code, severity])};
};

test('a cache that the reset empties is proved cold', async () => {
  await using server = await cachingServer(() => success);
  const {state, findings, paths} = await emptied(server);
  expect(state).toEqual({reset: 'done', canary: 'cold'});
  expect(findings).toEqual([]);
  expect(paths).toEqual(['completions', 'completions', 'reset_prefix_cache', 'completions']);
});

test("the canary asks for one token of a long prompt, which is the seed's own", async () => {
  await using server = await cachingServer(() => success);
  await emptied(server, engines.vllm, 1);
  await emptied(server, engines.vllm, 2);
  const prompts = server.received.filter(({body}) => body !== '').map(({body}) => JSON.parse(body));
  expect(prompts.every(({max_tokens, stream}) => max_tokens === 1 && stream)).toBe(true);
  const texts = prompts.map(({messages}): string => messages[0].content);
  expect(texts.every(text => text.split(' ').length === 128)).toBe(true);
  expect(new Set(texts).size).toBe(2);
  expect(texts[0]?.split(' ')[0]).not.toBe(texts[3]?.split(' ')[0]);
});

test('a cache that is still warm after the reset voids the trial', async () => {
  await using server = await cachingServer(() => ({...success, empties: false}));
  const {state, severities} = await emptied(server);
  expect(state).toEqual({reset: 'done', canary: 'warm'});
  expect(severities).toEqual([['cache-not-empty', 'void']]);
});

test.each([
  ['null details', () => null],
  ['a null count', () => ({cached_tokens: null})],
  ['other details', () => ({})],
])('a server that tells %s leaves the proof open', async (_, told) => {
  await using server = await cachingServer(() => success, {told});
  const {state, severities} = await emptied(server);
  expect(state).toEqual({reset: 'done', canary: 'unknown'});
  expect(severities).toEqual([['cache-unproven', 'note']]);
});

describe('a busy server', () => {
  test.each([
    ['success: false', engines.vllm, reply('{"success":false}'), success.text],
    ['status 400', engines.sglang, reply('Flush cache failed.', {status: 400}), reply('Cache flushed.')],
  ])('that says so with %s is asked again until it is not', async (_, engine, busy, free) => {
    let resets = 0;
    await using server = await cachingServer(() => {
      resets += 1;
      return {text: resets < 3 ? busy : free, empties: resets === 3};
    });
    expect((await emptied(server, engine)).state).toEqual({reset: 'done', canary: 'cold'});
    expect(resets).toBe(3);
  });
});

test("a server that does not offer the call is a warning with the engine's hint, and nothing is proved", async () => {
  await using server = await cachingServer(() => ({
    text: reply('{"detail":"Not Found"}', {status: 404}),
    empties: false,
  }));
  const {state, findings} = await emptied(server);
  expect(state).toEqual({reset: 'unsupported', canary: 'not-asked'});
  expect(findings).toMatchObject([{severity: 'warning', hint: engines.vllm.cacheReset?.hint}]);
});

test('an engine without a reset call is sent nothing at all', async () => {
  await using server = await cachingServer(() => success);
  const {state, severities} = await emptied(server, engines.openai);
  expect(state).toEqual({reset: 'unsupported', canary: 'not-asked'});
  expect(severities).toEqual([['cache-not-reset', 'note']]);
  expect(server.connections()).toBe(0);
});

test('a canary that fails is a warning, not a proof', async () => {
  await using server = await startTestServer(({path, socket}) =>
    socket.write(
      path.endsWith('completions') ? reply('{"error":{"message":"overloaded"}}', {status: 503}) : success.text,
    ),
  );
  const {state, findings} = await emptied(server);
  expect(state).toEqual({reset: 'done', canary: 'unknown'});
  expect(findings).toMatchObject([{severity: 'warning', message: expect.stringContaining('overloaded')}]);
});

test('an answer without text still proves: its prompt is what counts', async () => {
  await using server = await startTestServer(({path, socket}) => {
    const usage = event({
      choices: [],
      usage: {prompt_tokens: 140, completion_tokens: 1, prompt_tokens_details: {cached_tokens: 0}},
    });
    socket.write(path.endsWith('completions') ? reply(finish + usage + done) : success.text);
  });
  expect((await emptied(server)).state).toEqual({reset: 'done', canary: 'cold'});
});

test('a reset that is not answered is an error that names the call and the reason', async () => {
  await using server = await startTestServer(({path, socket}) =>
    path.endsWith('completions') ? socket.write(reply(finish + done)) : socket.destroy(),
  );
  await expect(emptied(server)).rejects.toMatchObject({
    code: 'ENGINE_UNREACHABLE',
    message: `POST ${server.url}/reset_prefix_cache: socket hang up`,
  });
});

test('an abort throws its own reason', async () => {
  const abort = new AbortController();
  await using server = await startTestServer(() => abort.abort(new Error('interrupted')));
  const endpoint: Endpoint = {role: 'chat', url: server.url, model: 'm', facts: untoldFacts};
  await expect(emptyPrefixCache({engine: engines.vllm, endpoint, seed: 1, signal: abort.signal})).rejects.toThrow(
    'interrupted',
  );
});

describe('behind a router', () => {
  const emptiedBehind = async (
    part: 'replica' | 'prefill',
    workers: readonly Awaited<ReturnType<typeof cachingServer>>[],
    router: string,
  ) => {
    const behind = workers.map(({url}, index) => ({name: `w${index}`, part, url}));
    const endpoint: Endpoint = {role: 'chat', url: router, model: 'm', facts: untoldFacts, behind};
    const signal = new AbortController().signal;
    const {state, findings} = await emptyPrefixCache({engine: engines.vllm, endpoint, seed: 1, signal});
    const asked = workers.map(({received}) => received.map(({path}) => path.split('/').at(-1)));
    return {state, findings: findings.map(({code, severity}) => [code, severity]), asked};
  };
  const proved = ['completions', 'completions', 'reset_prefix_cache', 'completions'];

  test("each replica's cache is emptied and proved cold, and one that stays warm is enough to void", async () => {
    await using one = await cachingServer(() => success);
    await using other = await cachingServer(() => success);
    await using stuck = await cachingServer(() => ({...success, empties: false}));
    const router = 'http://127.0.0.1:1'; // never asked
    expect(await emptiedBehind('replica', [one, other], router)).toEqual({
      state: {reset: 'done', canary: 'cold'},
      findings: [],
      asked: [proved, proved],
    });
    expect(await emptiedBehind('replica', [other, stuck], router)).toMatchObject({
      state: {reset: 'done', canary: 'warm'},
      findings: [['cache-not-empty', 'void']],
    });
  });

  test('prefill servers are emptied one by one; the canary goes through the router and proves no more than one', async () => {
    await using front = await cachingServer(() => success);
    await using one = await cachingServer(() => success);
    await using other = await cachingServer(() => success);
    // What stands here for a router keeps its cache.
    expect((await emptiedBehind('prefill', [one], front.url)).state).toEqual({reset: 'done', canary: 'warm'});
    await using cold = await cachingServer(() => success, {told: () => ({cached_tokens: 0})});
    expect((await emptiedBehind('prefill', [one], cold.url)).state).toEqual({reset: 'done', canary: 'cold'});
    expect(await emptiedBehind('prefill', [other, one], cold.url)).toMatchObject({
      state: {reset: 'done', canary: 'unknown'},
      findings: [['cache-unproven', 'note']],
      asked: [['reset_prefix_cache'], Array(3).fill('reset_prefix_cache')],
    });
  });
});
