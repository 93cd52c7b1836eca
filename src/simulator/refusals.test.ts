import {describe, expect, test} from 'vitest';
import {dialectNames} from './calibration.ts';
import {simulatorConfig} from './config.ts';
import {startSimulator} from './server.ts';
import {chat, chatPath, json, post, user} from './test-client.ts';

interface ErrorInfo {
  readonly code: number;
  readonly type: string;
  readonly message: string;
  readonly param: string | null;
}

const start = (options: object) => startSimulator(simulatorConfig.parse({speed: 20, ...options}));

describe.each(dialectNames)('%s refuses', dialect => {
  const isVllm = dialect === 'vllm';
  /** The error inside whichever shape, which must be the dialect's. */
  const errorOf = async (response: Response) => {
    const body = await json<ErrorInfo & {error?: ErrorInfo}>(response);
    return isVllm ? body.error : body;
  };

  test.each([
    ['what is no JSON', '{not json', "('body', 1), 'msg': 'JSON decode error'", 'body.1'],
    ['half of its JSON', '{"messages":', "('body', 12), 'msg': 'JSON decode error'", 'body.12'],
    ['a chat without messages', {}, "('body', 'messages')", 'body.messages'],
    ['an empty chat', {messages: []}, "('body', 'messages')", 'body.messages'],
    ['no tokens at all', {messages: [user('a')], max_tokens: 0}, "('body', 'max_tokens')", 'body.max_tokens'],
    [
      'a message that is a number',
      {messages: [{role: 'user', content: 5}]},
      "('body', 'messages', 0, 'content')",
      'body.messages.0.content',
    ],
  ])('%s', async (_, body, message, param) => {
    await using simulator = await start({dialect});
    const response = await post(`${simulator.url}${chatPath}`, body);
    expect(response.status).toBe(400);
    expect(await errorOf(response)).toMatchObject({
      code: 400,
      type: 'Bad Request',
      message: expect.stringContaining(message),
      param: isVllm ? param : null,
    });
    expect(simulator.truth()).toMatchObject([{outcome: 'rejected', outputTokens: 0, tokenMs: []}]);
  });

  test('a body that does not call itself JSON', async () => {
    await using simulator = await start({dialect});
    const response = await post(`${simulator.url}${chatPath}`, '{}', {headers: {'content-type': 'text/plain'}});
    expect(response.status).toBe(400);
    expect((await errorOf(response))?.message).toMatch(/Unsupported Media Type/);
  });

  test('a body over 32 MiB', async () => {
    await using simulator = await start({dialect});
    const response = await post(`${simulator.url}${chatPath}`, ' '.repeat(32 * 2 ** 20 + 1));
    expect(response.status).toBe(413);
    expect((await errorOf(response))?.code).toBe(413);
  });

  test('a prompt that has no room, and serves the longest that has', async () => {
    await using simulator = await start({dialect, kvTokens: 64});
    const prompt = (tokens: number) => [user('a '.repeat(tokens).trim())]; // one token each, and nine of the template
    const room = 64 - 9 - 4;
    const refused = await post(`${simulator.url}${chatPath}`, {messages: prompt(room + 1), max_tokens: 4});
    expect(refused.status).toBe(400);
    expect(await errorOf(refused)).toMatchObject({
      type: 'BadRequestError',
      message: expect.stringContaining('maximum context length'),
    });
    expect((await chat(simulator.url, prompt(room), 4)).texts).toHaveLength(4);
  });

  test('what it has no path for, as FastAPI does', async () => {
    await using simulator = await start({dialect});
    const missing = await fetch(`${simulator.url}/v1/nothing`);
    expect([missing.status, await missing.json()]).toEqual([404, {detail: 'Not Found'}]);
    const wrong = await fetch(`${simulator.url}${chatPath}`);
    expect([wrong.status, await wrong.json()]).toEqual([405, {detail: 'Method Not Allowed'}]);
  });

  test('fewer dimensions than the model has', async () => {
    await using simulator = await start({dialect});
    const response = await post(`${simulator.url}/v1/embeddings`, {input: 'a', dimensions: 64});
    expect(response.status).toBe(400);
    expect((await errorOf(response))?.message).toMatch(/matryoshka/i);
  });
});

test('an unknown model is refused by vLLM and echoed by SGLang', async () => {
  await using vllm = await start({dialect: 'vllm'});
  await using sglang = await start({dialect: 'sglang'});
  const body = {model: 'other', messages: [user('a')], max_tokens: 1};
  const refused = await post(`${vllm.url}${chatPath}`, body);
  expect(refused.status).toBe(404);
  expect(await refused.json()).toEqual({
    error: {message: 'The model `other` does not exist.', type: 'NotFoundError', param: 'model', code: 404},
  });
  expect((await json<{model: string}>(post(`${sglang.url}${chatPath}`, body))).model).toBe('other');
});

test('blank text is refused by SGLang and embedded by vLLM', async () => {
  await using vllm = await start({dialect: 'vllm'});
  await using sglang = await start({dialect: 'sglang'});
  expect((await post(`${vllm.url}/v1/embeddings`, {input: '  '})).status).toBe(200);
  expect((await post(`${sglang.url}/v1/embeddings`, {input: '  '})).status).toBe(400);
});
