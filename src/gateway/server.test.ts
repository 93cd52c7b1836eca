import {once} from 'node:events';
import {createServer, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {json} from 'node:stream/consumers';
import {describe, expect, test} from 'vitest';
import type {Engine} from '../engines/engine.ts';
import {engines} from '../engines/index.ts';
import {fetchText} from '../http/fetch-text.ts';
import {roles} from '../schema/request.ts';
import {startGateway} from './server.ts';

type Answer = (path: string, response: ServerResponse) => unknown;

const sent = (response: ServerResponse, status: number, body: unknown) =>
  response.writeHead(status, {'content-type': 'application/json'}).end(JSON.stringify(body));

/** An engine that answers as it is told and remembers what it was asked. */
const upstream = async (answer: Answer) => {
  const bodies: Record<string, unknown>[] = [];
  const server = createServer(async (request, response) => {
    if (request.method === 'POST') bodies.push((await json(request)) as Record<string, unknown>);
    answer(request.url ?? '', response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies: bodies as readonly Record<string, unknown>[],
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

const facts = {...engines.openai.readFacts({}), reportsCachedTokens: null};
const unused = {facts, command: null, readySeconds: null, container: null, startup: null, memory: null};

const gatewayTo = (
  engine: Engine,
  url: string,
  {timeoutMs = 10_000, served = roles as readonly (typeof roles)[number][]} = {},
) => {
  const servers = served.map(role => ({role, url, model: 'm', ...unused}));
  return startGateway({stack: {engine, servers, evidence: 'real'}, port: 0, timeoutMs});
};

const post = async (origin: string, path: string, body: unknown) => {
  const reply = await fetch(origin + path, {
    method: 'POST',
    headers: {'content-type': 'application/json'},
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return {status: reply.status, body: (await reply.json()) as Record<string, unknown>, headers: reply.headers};
};

const messages = [{role: 'user', content: 'hello'}];
const chatReply = {choices: [{message: {content: 'hi'}}], usage: {prompt_tokens: 3, completion_tokens: 2}};

describe('what the engine is asked', () => {
  test.each(['vllm', 'sglang'] as const)(
    '%s gets 1024 tokens and temperature 0.7 where the caller says nothing',
    async name => {
      await using engine = await upstream((_, response) => sent(response, 200, chatReply));
      await using gateway = await gatewayTo(engines[name], engine.url);
      const {status, body} = await post(gateway.url, '/chat', {messages, unknown: 1});
      expect([status, body]).toEqual([
        200,
        {content: 'hi', model: 'm', usage: {prompt_tokens: 3, completion_tokens: 2, total_tokens: 5}},
      ]);
      expect(engine.bodies).toEqual([
        {
          model: 'm',
          messages,
          max_tokens: 1024,
          temperature: 0.7,
          stream: false,
          top_p: 1,
          top_k: -1,
          repetition_penalty: 1,
        },
      ]);
    },
  );

  test('texts come back as vectors in their order, whatever order the engine has them in', async () => {
    const data = [
      {index: 1, embedding: [0, 1]},
      {index: 0, embedding: [1, 0]},
    ];
    await using engine = await upstream((_, response) => sent(response, 200, {data, usage: {prompt_tokens: 4}}));
    await using gateway = await gatewayTo(engines.vllm, engine.url);
    const {body} = await post(gateway.url, '/embed', {texts: ['a', 'b'], model: 'm'});
    expect(body).toEqual({
      embeddings: [
        [1, 0],
        [0, 1],
      ],
      model: 'm',
      usage: {prompt_tokens: 4, total_tokens: 4},
    });
  });
});

describe('a ranking', () => {
  const documents = ['a', 'b', 'c'];
  const share = (logit: number) => 1 / (1 + Math.exp(-logit));
  const rank = async (engine: Engine, reply: unknown, body: object = {}) => {
    await using server = await upstream((_, response) => sent(response, 200, reply));
    await using gateway = await gatewayTo(engine, server.url);
    return await post(gateway.url, '/rerank', {query: 'q', documents, ...body});
  };

  test("has SGLang's logits on the scale of vLLM's shares, the best first and equal ones in the order of the request", async () => {
    const logits = [
      {index: 2, score: 1.5},
      {index: 1, score: -2},
      {index: 0, score: -2},
    ];
    const shares = {results: logits.map(({index, score}) => ({index, relevance_score: share(score)}))};
    const wanted = {
      model: 'm',
      results: [
        {index: 2, score: share(1.5), text: 'c'},
        {index: 0, score: share(-2), text: 'a'},
        {index: 1, score: share(-2), text: 'b'},
      ],
    };
    expect((await rank(engines.sglang, logits)).body).toEqual(wanted);
    expect((await rank(engines.vllm, shares)).body).toEqual(wanted);
    expect((await rank(engines.openai, logits)).body).toEqual(wanted);
    expect((await rank(engines.vllm, shares, {top_n: 1})).body).toEqual({
      ...wanted,
      results: wanted.results.slice(0, 1),
    });
    expect((await rank(engines.vllm, shares, {top_n: 0})).body).toEqual(wanted);
  });

  test.each([
    ['no list', {}],
    ['a document too few', [{index: 0, score: 1}]],
    ['a document twice', [0, 0, 1].map(index => ({index, score: 1}))],
    ['a document that was not sent', [0, 1, 7].map(index => ({index, score: 1}))],
  ])('of the engine with %s is its failure and no answer', async (_, reply) => {
    expect(await rank(engines.sglang, reply)).toMatchObject({status: 502, body: {code: 'engine_failed'}});
  });
});

describe('what the engine does not answer', () => {
  const statusFor = async (answer: Answer, timeoutMs = 10_000) => {
    await using engine = await upstream(answer);
    await using gateway = await gatewayTo(engines.vllm, engine.url, {timeoutMs});
    return await post(gateway.url, '/chat', {messages});
  };
  const error = {error: {message: 'too many tokens'}};

  test.each([
    [400, 400, 'refused'],
    [422, 400, 'refused'],
    [503, 503, 'engine_unavailable'],
    [429, 503, 'engine_unavailable'],
    [500, 502, 'engine_failed'],
    [404, 502, 'engine_failed'],
  ])('its %i is our %i (%s), in its own words', async (theirs, ours, code) => {
    const {status, body, headers} = await statusFor((_, response) => sent(response, theirs, error));
    expect([status, body]).toEqual([ours, {error: 'too many tokens', code, field: null}]);
    expect(headers.get('retry-after')).toBe(ours === 503 ? '1' : null);
  });

  test('silence is 504, no JSON is 502, a reply without a message is 502, and so is a connection that is cut when the request was sent', async () => {
    expect(await statusFor(() => {}, 50)).toMatchObject({status: 504, body: {code: 'engine_timeout'}});
    expect(await statusFor((_, response) => response.end('<html>'))).toMatchObject({status: 502});
    expect(await statusFor((_, response) => sent(response, 200, {}))).toMatchObject({status: 502});
    const cut = await statusFor((_, response) => response.destroy());
    expect(cut).toMatchObject({status: 502, body: {code: 'engine_failed'}});
    expect(cut.headers.get('retry-after')).toBeNull(); // it may have been done
  });

  test('a role without a server is 501, and health then names no model for it', async () => {
    await using engine = await upstream((_, response) => sent(response, 200, chatReply));
    await using gateway = await gatewayTo(engines.vllm, engine.url, {served: ['chat']});
    expect(await post(gateway.url, '/embed', {texts: ['a']})).toMatchObject({status: 501, body: {code: 'not_served'}});
    expect(await (await fetch(`${gateway.url}/health`)).json()).toMatchObject({models: {llm: 'm', embedding: null}});
  });

  test('health is 503 while the engine cannot be reached', async () => {
    const engine = await upstream(() => {});
    await engine[Symbol.asyncDispose]();
    await using gateway = await gatewayTo(engines.vllm, engine.url);
    const reply = await fetch(`${gateway.url}/health`);
    expect([reply.status, await reply.json()]).toMatchObject([503, {status: 'unhealthy', framework: 'vllm'}]);
  });

  test('a caller that goes away takes its request along', async () => {
    const reached = Promise.withResolvers<ServerResponse>();
    await using engine = await upstream((_, response) => reached.resolve(response));
    await using gateway = await gatewayTo(engines.vllm, engine.url);
    const gone = new AbortController();
    const headers = {'content-type': 'application/json'};
    const asking = fetch(`${gateway.url}/chat`, {
      method: 'POST',
      headers,
      body: JSON.stringify({messages}),
      signal: gone.signal,
    });
    const closed = once(await reached.promise, 'close');
    gone.abort();
    await expect(asking).rejects.toThrow();
    await closed;
  });
});

test('what is wrong is named with its field, before any engine is asked', async () => {
  await using engine = await upstream(() => {});
  await using gateway = await gatewayTo(engines.sglang, engine.url);
  const refused = async (path: string, body: unknown) => (await post(gateway.url, path, body)).body;
  expect(await refused('/rerank', {query: 'q', documents: ['a', ' ']})).toMatchObject({
    code: 'invalid',
    field: 'documents.1',
  });
  expect(await refused('/chat', {messages, max_tokens: null})).toMatchObject({code: 'invalid', field: 'max_tokens'});
  expect(await refused('/chat', '{"messages":[{"role":"user","content":"\\ud800"}]}')).toMatchObject({
    field: 'messages.0.content',
  });
  expect(await refused('/embed', {texts: ['a'], model: 'x'})).toMatchObject({code: 'unknown_model', field: 'model'});
  expect(await refused('/embed', '{"texts":')).toMatchObject({code: 'invalid', field: null});
  expect(engine.bodies).toEqual([]);
});

test('a path that is no URL is refused in the shape of all refusals', async () => {
  await using engine = await upstream(() => {});
  await using gateway = await gatewayTo(engines.vllm, engine.url);
  const reply = await fetch(`${gateway.url}/%zz`);
  expect([reply.status, await reply.json()]).toEqual([
    400,
    {error: "'/%zz' is not a valid url component", code: 'invalid', field: null},
  ]);
});

test('a body over the limit is read and dropped before it is refused: callers who are still sending get the 413 too', async () => {
  await using engine = await upstream(() => {});
  await using gateway = await gatewayTo(engines.vllm, engine.url);
  const body = 'x'.repeat(33 * 2 ** 20);
  const headers = {'content-type': 'application/json'};
  const ask = () => fetchText(`${gateway.url}/embed`, {method: 'POST', body, headers, timeoutMs: 60_000});
  for (const {status, headers: said, body: words} of await Promise.all([ask(), ask(), ask()])) {
    expect([status, said.connection]).toEqual([413, 'close']);
    expect(JSON.parse(words)).toEqual({error: 'The body is over 32 MiB', code: 'too_large', field: null});
  }
});

test('a reply of the engine that does not end is not read to its end', async () => {
  const piece = Buffer.alloc(2 ** 20, 'x');
  await using engine = await upstream((_, response) => {
    const go = () => {
      while (!response.destroyed && response.write(piece));
    };
    response.on('drain', go);
    go();
  });
  await using gateway = await gatewayTo(engines.vllm, engine.url);
  expect(await post(gateway.url, '/chat', {messages})).toMatchObject({
    status: 502,
    body: {error: "The engine's reply is over 64 MiB", code: 'engine_failed'},
  });
});

test('a service that speaks the contract itself needs no gateway', async () => {
  await expect(gatewayTo(engines.service, 'http://127.0.0.1:1')).rejects.toMatchObject({code: 'BAD_OPTIONS'});
});
