import {once} from 'node:events';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {buffer} from 'node:stream/consumers';
import {isWellFormed} from './well-formed.ts';

export interface TestReply {
  status: number;
  /** An object is sent as JSON, a text as it is. */
  body: unknown;
}

interface TestRequest {
  readonly method: string;
  readonly path: string;
  /** Undefined where the body is no JSON. */
  readonly body: unknown;
  readonly bytes: number;
}

/** Changes a reply, as a defect would. */
export type Spoil = (reply: TestReply, request: TestRequest) => TestReply;

const mostBytes = 100_000;
const model = 'test-model';
const wordsIn = (text: string) => text.split(/\s+/).length;
/** Far apart for texts that differ. */
const vectorOf = (text: string) =>
  Array.from({length: 8}, (_, at) =>
    Math.sin([...text].reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), at * at)),
  );
const scoreOf = (query: string, document: string) => (1 + ((query.length * 7 + document.length * 13) % 50)) / 60;
const refusal = (status: number, error: string): TestReply => ({status, body: {error}});

const answers = {
  '/embed': ({texts}: {texts: string[]}) => ({
    embeddings: texts.map(vectorOf),
    model,
    usage: {total_tokens: texts.reduce((sum, text) => sum + wordsIn(text), 0)},
  }),
  '/rerank': ({query, documents, top_n}: {query: string; documents: string[]; top_n?: number | null}) => ({
    results: documents
      .map((text, index) => ({index, score: scoreOf(query, text), text}))
      .sort((a, b) => b.score - a.score)
      .slice(0, top_n || undefined),
    model,
  }),
  '/chat': ({messages, max_tokens = 1024}: {messages: {content: string}[]; max_tokens?: number}) => ({
    content: 'word '.repeat(max_tokens),
    model,
    usage: {
      prompt_tokens: messages.reduce((sum, {content}) => sum + wordsIn(content), 0),
      completion_tokens: max_tokens,
    },
  }),
};

const health = {status: 'healthy', framework: 'test', models: {llm: model, embedding: model, rerank: model}};

const answer = ({method, path, body, bytes}: TestRequest, contentType: string, utf8: boolean): TestReply => {
  if (path === '/health' && method === 'GET') return {status: 200, body: health};
  const make = (answers as Readonly<Record<string, (body: never) => object>>)[path];
  if (make === undefined) return refusal(404, 'no such path');
  if (method !== 'POST') return refusal(405, 'POST it');
  if (contentType !== 'application/json') return refusal(415, 'send JSON');
  if (bytes > mostBytes) return refusal(413, 'too long');
  const subject = path.slice(1) as 'embed' | 'rerank' | 'chat';
  if (!utf8 || !isWellFormed(subject, body)) return refusal(400, 'not what is taken here');
  const asked = body as {model?: string | null};
  if (asked.model != null && asked.model !== model) return refusal(404, 'another model');
  return {status: 200, body: make(asked as never)};
};

/**
 * A service that keeps the contract, written without our gateway so that it shares none of its mistakes; `spoil` makes
 * one that does not. It answers at once and knows no language.
 */
export const testService = async (spoil: Spoil = reply => reply) => {
  const server = createServer(async (request, response) => {
    const bytes = await buffer(request);
    let body: unknown;
    let utf8 = true;
    try {
      if (bytes.length <= mostBytes) body = JSON.parse(new TextDecoder('utf-8', {fatal: true}).decode(bytes));
    } catch {
      utf8 = false;
    }
    const asked = {method: request.method ?? '', path: request.url ?? '', body, bytes: bytes.length};
    const reply = spoil(answer(asked, request.headers['content-type'] ?? '', utf8), asked);
    if (reply.status === 0) return void request.socket.destroy();
    response.writeHead(reply.status, {'content-type': 'application/json'});
    response.end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
