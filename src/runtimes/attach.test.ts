import {once} from 'node:events';
import {createServer, type IncomingMessage, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {afterEach, describe, expect, test} from 'vitest';
import {engines} from '../engines/index.ts';
import {type AttachOptions, attachTo} from './attach.ts';
import {startEmbedded} from './embedded.ts';

let servers: Server[] = [];
afterEach(() => {
  for (const server of servers) server.close();
  servers = [];
});

interface Answered {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}
type Answer = (request: IncomingMessage) => Answered;

/** A server that keeps what it was asked, on a port of its own. */
const serve = async (answer: Answer): Promise<{url: string; asked: string[]}> => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const {status, body, headers} = answer(request);
    response.writeHead(status, headers).end(body === undefined ? '' : JSON.stringify(body));
  }).listen({port: 0, host: '127.0.0.1'});
  servers.push(server);
  await once(server, 'listening');
  return {url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked};
};

const models: Answer = ({url}) =>
  url === '/v1/models'
    ? {
        status: 200,
        body: {
          object: 'list',
          data: [
            {id: 'first/model', object: 'model'},
            {id: 'second/model', object: 'model'},
          ],
        },
      }
    : {status: 404};

const options = (changes: Partial<AttachOptions>): AttachOptions => ({
  engine: engines.openai,
  targets: [],
  models: {},
  signal: new AbortController().signal,
  onLine: () => {},
  ...changes,
});

describe('attaching to what serves', () => {
  test('one address serves all roles, with the first model that it offers, and it is asked once', async () => {
    const {url, asked} = await serve(models);
    const lines: string[] = [];
    const stack = await attachTo(options({targets: [{role: null, url}], onLine: line => lines.push(line)}));
    expect(stack.evidence).toBe('real');
    expect(stack.servers.map(({role, url: at, model, command}) => [role, at, model, command])).toEqual([
      ['chat', url, 'first/model', null],
      ['embed', url, 'first/model', null],
      ['rerank', url, 'first/model', null],
    ]);
    expect(asked).toEqual(['GET /v1/models', 'GET /get_model_info']);
    expect(lines).toEqual([`${url} serves first/model`]);
  });

  test('what stands behind a router that answers all pages but one itself is simulated if that one says so', async () => {
    // As sglang_router 0.3.2 does in front of simulated servers, together and apart.
    const {url} = await serve(request => {
      if (request.url === '/health') return {status: 200};
      if (request.url !== '/get_model_info') return models(request);
      return {status: 200, body: {}, headers: {'x-cutover-evidence': 'simulated'}};
    });
    for (const engine of [engines.openai, engines.sglang]) {
      const stack = await attachTo(options({engine, targets: [{role: 'chat', url}]}));
      expect(stack.evidence).toBe('simulated');
    }
  });

  test('an address for one role takes it from the address for all', async () => {
    const [all, embed] = [await serve(models), await serve(models)];
    const targets = [{role: 'embed', url: embed.url} as const, {role: null, url: all.url}];
    const stack = await attachTo(options({targets, models: {embed: 'my/embedder'}}));
    expect(stack.endpoint('embed')).toMatchObject({url: embed.url, model: 'my/embedder'});
    expect(stack.endpoint('chat')).toMatchObject({url: all.url, model: 'first/model'});
    expect(stack.servers).toHaveLength(3);
  });

  test('a server without health and model list is enough when the model is given', async () => {
    const {url} = await serve(() => ({status: 404}));
    const stack = await attachTo(options({targets: [{role: 'chat', url}], models: {chat: 'my/model'}}));
    expect(stack.endpoint('chat').model).toBe('my/model');
    expect(() => stack.endpoint('rerank')).toThrow('No server of this stack serves rerank: it serves chat');
  });

  test('a simulated server stays simulated evidence, whatever the engine is called, and is not stopped', async () => {
    const {signal} = new AbortController();
    await using embedded = await startEmbedded({
      engine: engines.vllm,
      dialect: 'vllm',
      model: 'test/model',
      seed: 1,
      faults: [],
      signal,
      onLine: () => {},
    });
    const {url} = embedded.endpoint('chat');
    for (const engine of [engines.openai, engines.vllm]) {
      const stack = await attachTo(options({engine, targets: [{role: null, url}]}));
      expect(stack.evidence).toBe('simulated');
      expect(stack.endpoint('chat').model).toBe('test/model');
      await stack[Symbol.asyncDispose]();
      expect((await fetch(`${url}/health`)).status).toBe(200);
    }
  });
});

describe('attaching fails with the reason and the fix', () => {
  test('when nothing listens', async () => {
    const {url} = await serve(models);
    servers[0]?.close();
    await expect(attachTo(options({targets: [{role: null, url}]}))).rejects.toMatchObject({
      code: 'ENGINE_UNREACHABLE',
      message: `${url} cannot be reached: connect ECONNREFUSED ${url.slice('http://'.length)}`,
      hint: expect.stringContaining('--attach'),
    });
  });

  test('when the engine says that it is not ready', async () => {
    const {url} = await serve(() => ({status: 503}));
    await expect(attachTo(options({engine: engines.vllm, targets: [{role: null, url}]}))).rejects.toMatchObject({
      code: 'ENGINE_UNREACHABLE',
      message: `${url} answers, but is not ready: /health gave 503`,
    });
  });

  test('when no model is given and none is told', async () => {
    const {url} = await serve(() => ({status: 404}));
    await expect(attachTo(options({targets: [{role: null, url}]}))).rejects.toMatchObject({
      code: 'ENGINE_UNREACHABLE',
      message: `${url} answers, but does not tell its model`,
      hint: 'Name it with --model.',
    });
  });

  test('when the user interrupts', async () => {
    const {url} = await serve(models);
    const attaching = attachTo(options({targets: [{role: null, url}], signal: AbortSignal.abort()}));
    await expect(attaching).rejects.toMatchObject({code: 'INTERRUPTED'});
  });
});
