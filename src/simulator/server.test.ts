import {connect} from 'node:net';
import {text} from 'node:stream/consumers';
import {describe, expect, test} from 'vitest';
import {dialectNames} from './calibration.ts';
import {simulatorConfig} from './config.ts';
import {startSimulator} from './server.ts';
import {chat, chatPath, json, post, readStream, until, user} from './test-client.ts';
import {encode, encodeChat} from './tokenizer.ts';
import type {TruthRow} from './truth.ts';

interface WholeReply {
  readonly choices: readonly object[];
  readonly usage: {readonly completion_tokens: number};
}

const start = (options: object) => startSimulator(simulatorConfig.parse({speed: 20, ...options}));
const gauge = (page: string, name: string) => Number(new RegExp(`^${name}\\{.*\\} (.*)$`, 'm').exec(page)?.[1]);
const metrics = async (url: string) => (await fetch(`${url}/metrics`)).text();

describe.each(dialectNames)('%s', dialect => {
  const isVllm = dialect === 'vllm';

  test('streams as many tokens as were asked for, one an event, and the truth is what was sent', async () => {
    await using simulator = await start({dialect});
    const {url} = simulator;
    const messages = [user('Which way to the station?')];
    const request = {messages, max_tokens: 12, ignore_eos: true, stream: true, stream_options: {include_usage: true}};
    const response = await post(`${url}${chatPath}`, request, {headers: {'x-request-id': 'trial-7'}});
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    const reply = await readStream(response);
    const promptTokens = encodeChat(messages).length;

    expect(reply.texts).toHaveLength(12);
    expect(encode(reply.texts.join(''))).toHaveLength(12);
    expect(reply.data.at(-1)).toBe('[DONE]');
    expect(reply.usage).toMatchObject({prompt_tokens: promptTokens, completion_tokens: 12});
    expect(reply.chunks.flatMap(({choices}) => choices.map(choice => choice.finish_reason)).filter(Boolean)).toEqual([
      'length',
    ]);
    if (isVllm) expect(reply.chunks[0]?.id).toBe('chatcmpl-trial-7');

    const [row, ...others] = simulator.truth();
    expect(others).toEqual([]);
    expect(row).toMatchObject({
      id: 'trial-7',
      kind: 'chat',
      promptTokens,
      outputTokens: 12,
      cachedPromptTokens: 0,
      outcome: 'ok',
    });
    const {receivedMs = 0, tokenMs = [], endMs = 0} = row ?? {};
    expect(tokenMs).toHaveLength(12);
    expect([row?.firstTokenMs, row?.lastTokenMs]).toEqual([tokenMs[0], tokenMs[11]]);
    const stamps = [receivedMs, ...tokenMs, endMs];
    expect(stamps).toEqual(stamps.toSorted((a, b) => a - b));
    const page = await fetch(`${url}/simulator/truth`);
    expect(JSON.parse((await page.text()).trim())).toEqual(row);
  });

  test('answers whole replies with the same text and counts', async () => {
    await using simulator = await start({dialect});
    const messages = [user('hello')];
    const streamed = await chat(simulator.url, messages, 5);
    const whole = (more: object) => json<WholeReply>(post(`${simulator.url}${chatPath}`, {messages, ...more}));
    const reply = await whole({max_tokens: 5});
    expect(reply.choices[0]).toMatchObject({message: {content: streamed.texts.join('')}, finish_reason: 'length'});
    expect(reply.usage).toMatchObject({prompt_tokens: streamed.usage?.prompt_tokens, completion_tokens: 5});
    expect(simulator.truth()[1]).toMatchObject({tokenMs: [], firstTokenMs: null, outputTokens: 5, outcome: 'ok'});
    expect((await whole({})).usage.completion_tokens).toBe(16);
  });

  test('tells usage in every event when asked to', async () => {
    await using simulator = await start({dialect});
    const more = {stream_options: {include_usage: true, continuous_usage_stats: true}};
    const {chunks} = await chat(simulator.url, [user('hello')], 4, more);
    const tokens = chunks.filter(({choices}) => choices[0]?.delta.content);
    expect(tokens.map(({usage}) => usage?.completion_tokens)).toEqual([1, 2, 3, 4]);
  });

  test('finds exactly the first turn in its cache when the second is asked', async () => {
    await using simulator = await start({dialect});
    const {url} = simulator;
    const question = [user('What does this function do, and why is it written so?')];
    const first = await chat(url, question, 37);
    const second = await chat(
      url,
      [...question, {role: 'assistant', content: first.texts.join('')}, user('And this?')],
      3,
    );
    // The last generated token has no keys and values yet when the first turn ends.
    const kept = (first.usage?.prompt_tokens ?? 0) + 37 - 1;
    const cached = isVllm ? kept - (kept % 16) : kept;
    expect(second.usage?.prompt_tokens_details?.cached_tokens).toBe(cached);
    expect(simulator.truth().map(({cachedPromptTokens}) => cachedPromptTokens)).toEqual([0, cached]);
    // Nothing cached is 0 in one dialect and null in the other.
    expect(first.usage?.prompt_tokens_details).toEqual(
      isVllm ? {cached_tokens: 0, created_cache_tokens: expect.any(Number)} : null,
    );
  });

  test('does not tell what was cached unless it is set up to', async () => {
    await using simulator = await start({dialect, reportsCachedTokens: false});
    await chat(simulator.url, [user('hello '.repeat(40))], 2);
    const {usage} = await chat(simulator.url, [user('hello '.repeat(40))], 2);
    expect(usage?.prompt_tokens_details ?? null).toBeNull();
    expect(simulator.truth()[1]?.cachedPromptTokens).toBeGreaterThan(0);
  });

  test('empties its cache on request, but not while a request runs', async () => {
    await using simulator = await start({dialect, speed: 1});
    const {url} = simulator;
    const reset = async () => {
      const response = await fetch(`${url}${isVllm ? '/reset_prefix_cache' : '/flush_cache'}`, {method: 'POST'});
      return `${response.status} ${await response.text()}`.slice(0, 24);
    };
    const [done, busy] = isVllm
      ? ['200 {"success":true}', '200 {"success":false}']
      : ['200 Cache flushed.', '400 Flush cache failed.'];
    const prompt = [user('hello '.repeat(40))];
    await chat(url, prompt, 1);
    expect(await reset()).toMatch(done);
    expect((await chat(url, prompt, 1)).usage?.prompt_tokens_details?.cached_tokens ?? 0).toBe(0);

    const client = new AbortController();
    const request = {messages: prompt, max_tokens: 20_000, stream: true};
    const response = await post(`${url}${chatPath}`, request, {signal: client.signal});
    const reader = response.body?.getReader();
    await reader?.read();
    await until(reset, answer => answer.startsWith(busy)); // vLLM's head comes before the request is scheduled
    client.abort();
    await until(reset, answer => answer.startsWith(done));
  });

  test('frees what a client held that goes away', async () => {
    await using simulator = await start({dialect, speed: 1});
    const {url} = simulator;
    const [running, used] = isVllm
      ? ['vllm:num_requests_running', 'vllm:kv_cache_usage_perc']
      : ['sglang:num_running_reqs', 'sglang:token_usage'];
    const client = new AbortController();
    const request = {messages: [user('hello '.repeat(40))], max_tokens: 20_000, stream: true};
    const response = await post(`${url}${chatPath}`, request, {signal: client.signal});
    await response.body?.getReader().read();
    const busy = await until(
      () => metrics(url),
      page => gauge(page, running) === 1,
    );
    expect(gauge(busy, used)).toBeGreaterThan(0);
    client.abort();
    const idle = await until(
      () => metrics(url),
      page => gauge(page, running) === 0,
    );
    expect(gauge(idle, used)).toBe(0);
    expect(simulator.truth()).toMatchObject([{outcome: 'client-gone'}]);
  });

  test('notices a client that goes away within its request', async () => {
    await using simulator = await start({dialect});
    const socket = connect(Number(new URL(simulator.url).port), '127.0.0.1');
    socket.write(
      `POST ${chatPath} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"mess`,
      () => socket.destroy(),
    );
    const rows = await until(async () => (await fetch(`${simulator.url}/simulator/truth`)).text(), Boolean);
    expect(JSON.parse(rows)).toMatchObject({outcome: 'client-gone', promptTokens: 0});
  });

  test('counts what it served', async () => {
    await using simulator = await start({dialect});
    const {url} = simulator;
    const prompt = [user('hello '.repeat(40))];
    for (let turn = 0; turn < 3; turn++) await chat(url, prompt, 4);
    const page = await metrics(url);
    const total = (pick: (row: TruthRow) => number) => simulator.truth().reduce((sum, row) => sum + pick(row), 0);
    const counter = (name: string, labels = '') =>
      Number(new RegExp(`^${dialect}:${name}\\{.*${labels}.*\\} (.*)$`, 'm').exec(page)?.[1]);
    const streamed = (name: string) => counter(name, isVllm ? '' : 'is_streaming="true"');
    expect(streamed('prompt_tokens_total')).toBe(total(row => row.promptTokens));
    expect(streamed('generation_tokens_total')).toBe(12);
    expect(counter(isVllm ? 'prefix_cache_hits_total' : 'cached_tokens_total')).toBe(
      total(row => row.cachedPromptTokens),
    );
  });

  test('serves hundreds of streams at once, each whole', async () => {
    await using simulator = await start({dialect});
    const prompts = Array.from({length: 300}, (_, index) => [
      user(`Question number ${index}: ${'why '.repeat(index % 40)}`),
    ]);
    const replies = await Promise.all(prompts.map(messages => chat(simulator.url, messages, 10)));
    for (const [index, reply] of replies.entries()) {
      expect(reply.texts).toHaveLength(10);
      expect(reply.usage).toMatchObject({
        prompt_tokens: encodeChat(prompts[index] ?? []).length,
        completion_tokens: 10,
      });
    }
    expect(simulator.truth().map(({outcome, outputTokens}) => [outcome, outputTokens])).toEqual(
      Array(300).fill(['ok', 10]),
    );
  });

  test('gives the same text for the same seed only', async () => {
    const texts = async (seed: number) => {
      await using simulator = await start({dialect, seed});
      return (await chat(simulator.url, [user('hello')], 20)).texts.join('');
    };
    expect(await texts(1)).toBe(await texts(1));
    expect(await texts(1)).not.toBe(await texts(2));
  });

  test('counts tokens as its usage does', async () => {
    await using simulator = await start({dialect});
    const {url} = simulator;
    const messages = [user('hello there')];
    const {usage} = await chat(url, messages, 1);
    const tokenize = (body: object) => json<{count: number}>(post(`${url}/tokenize`, body));
    expect((await tokenize({messages})).count).toBe(usage?.prompt_tokens);
    expect(await tokenize({prompt: 'hello there'})).toMatchObject({
      count: 2,
      tokens: encode('hello there'),
      max_model_len: 32_768,
    });
    expect((await tokenize({prompt: 'hello there', add_special_tokens: true})).count).toBe(4);
  });

  test('is not ready while it is told never to be', async () => {
    await using simulator = await start({dialect, faults: [{kind: 'never-ready'}]});
    expect((await fetch(`${simulator.url}/health`)).status).toBe(503);
    await using healthy = await start({dialect});
    const health = await fetch(`${healthy.url}/health`);
    expect([health.status, await health.text()]).toEqual([200, '']);
  });

  test('breaks every connection when it is stopped', async () => {
    const simulator = await start({dialect, speed: 1});
    const response = await post(`${simulator.url}${chatPath}`, {
      messages: [user('hello')],
      max_tokens: 20_000,
      stream: true,
    });
    const reading = readStream(response);
    await simulator[Symbol.asyncDispose]();
    await simulator[Symbol.asyncDispose]();
    expect((await reading).broken).toBe(true);
    await expect(fetch(`${simulator.url}/health`)).rejects.toThrow();
  });

  test('says of every reply that it is simulated, errors and broken HTTP included', async () => {
    await using simulator = await start({dialect});
    const {url} = simulator;
    const evidence = (response: Response) => response.headers.get('x-cutover-evidence');
    for (const path of ['/health', '/v1/models', '/metrics', '/nowhere', '/simulator/truth', chatPath])
      expect([path, evidence(await fetch(`${url}${path}`))]).toEqual([path, 'simulated']);
    expect(evidence(await post(`${url}${chatPath}`, '{'))).toBe('simulated');
    expect(evidence(await post(`${url}${chatPath}`, {messages: [user('hello')], stream: true}))).toBe('simulated');
    for (const request of [
      'nonsense\r\n\r\n',
      'GET /health HTTP/1.1\r\nHost: a\r\nExpect: wonders\r\nConnection: close\r\n\r\n',
    ]) {
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      socket.write(request);
      expect(await text(socket)).toMatch(/^HTTP\/1\.1 4\d\d .*\r\n(.*\r\n)*x-cutover-evidence: simulated\r\n/i);
    }
  });
});

test('a port that is taken is an error with a way out', async () => {
  await using simulator = await start({dialect: 'vllm'});
  const port = Number(new URL(simulator.url).port);
  await expect(start({dialect: 'vllm', port})).rejects.toMatchObject({
    code: 'ENGINE_DID_NOT_START',
    message: expect.stringContaining(`127.0.0.1:${port}`),
    hint: expect.stringContaining('Choose another port'),
  });
});
