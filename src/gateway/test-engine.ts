import {once} from 'node:events';
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {json} from 'node:stream/consumers';
import {engines} from '../engines/index.ts';
import type {Arm} from '../schema/block.ts';
import {openAdmin} from './admin/client.ts';
import type {Target} from './admin/contract.ts';
import {type GatewayOptions, startGateway} from './server.ts';

interface TestRequest {
  readonly id: string;
  readonly path: string;
  readonly body: Record<string, unknown>;
  /** The socket that it came on is gone. */
  readonly closed: Promise<unknown>;
}

export interface TestEngine extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly TestRequest[];
  /** Resolves with the next request that comes. */
  next(): Promise<TestRequest>;
}

type Answer = (request: TestRequest, response: ServerResponse) => unknown;

export const sayJson = (response: ServerResponse, status: number, body: unknown) =>
  response.writeHead(status, {'content-type': 'application/json'}).end(JSON.stringify(body));

/** What it says tells who it was. */
export const answerAs =
  (name: string): Answer =>
  ({path, body}, response) => {
    const texts = (body.input ?? body.texts) as readonly string[] | undefined;
    if (path === '/v1/chat/completions')
      return sayJson(response, 200, {
        choices: [{message: {content: name}}],
        usage: {prompt_tokens: 3, completion_tokens: 2},
      });
    if (path === '/v1/embeddings') {
      const data = texts?.map((_, index) => ({index, embedding: [index, 1]}));
      return sayJson(response, 200, {data, usage: {prompt_tokens: 4}});
    }
    const documents = body.documents as readonly string[];
    return sayJson(response, 200, {results: documents.map((_, index) => ({index, relevance_score: 0.5}))});
  };

/** An engine of vLLM's API that answers as it is told. */
export const testEngine = async (answer: Answer, port = 0): Promise<TestEngine> => {
  const requests: TestRequest[] = [];
  let waiting: ((request: TestRequest) => void)[] = [];
  const server = createServer(async (incoming: IncomingMessage, response) => {
    if (incoming.method !== 'POST') return void response.writeHead(200).end('{}');
    const request = {
      id: String(incoming.headers['x-request-id']),
      path: incoming.url ?? '',
      body: (await json(incoming)) as Record<string, unknown>,
      closed: once(response, 'close'),
    };
    requests.push(request);
    for (const tell of waiting) tell(request);
    waiting = [];
    answer(request, response);
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    next: () => new Promise(resolve => void waiting.push(resolve)),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

const facts = {...engines.openai.readFacts({}), reportsCachedTokens: null};

export const targetAt = (url: string, engine = 'vllm'): Target => {
  const endpoint = {url, model: 'm', facts};
  return {engine, evidence: 'real', endpoints: {chat: endpoint, embed: endpoint, rerank: endpoint}};
};

/** A gateway that is steered, with these engines as its sides, and the first of them serving. */
export const steered = async (sides: Partial<Record<Arm, TestEngine>>, options: Partial<GatewayOptions> = {}) => {
  const gateway = await startGateway({stack: null, port: 0, adminPort: 0, timeoutMs: 10_000, ...options});
  const admin = openAdmin(gateway.adminUrl ?? '');
  for (const [arm, {url}] of Object.entries(sides)) await admin.putTarget(arm as Arm, targetAt(url));
  const [primary = null] = Object.keys(sides) as Arm[];
  await admin.putRoute({...route, primary});
  const {url} = gateway;
  return {gateway, admin, url, [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose]()};
};

/** Nobody serves. */
export const route = {primary: null, candidateShare: 0, mirrorShare: 0, standby: null} as const;

const messages = [{role: 'user', content: 'hello'}];
export const bodiesOf = {
  chat: {messages},
  embed: {texts: ['a', 'b']},
  rerank: {query: 'q', documents: ['a', 'b', 'c']},
} as const;

/** One request on the service. */
export const ask = async (
  url: string,
  kind: keyof typeof bodiesOf,
  {
    body = bodiesOf[kind] as object,
    headers = {},
    signal,
  }: {body?: object; headers?: Record<string, string>; signal?: AbortSignal} = {},
) => {
  const reply = await fetch(`${url}/${kind}`, {
    method: 'POST',
    headers: {'content-type': 'application/json', ...headers},
    body: JSON.stringify(body),
    ...(signal === undefined ? {} : {signal}),
  });
  return {status: reply.status, headers: reply.headers, text: await reply.text()};
};
