import type {AddressInfo} from 'node:net';
import {type FastifyError, type FastifyReply, type FastifyRequest, fastify} from 'fastify';
import {CutoverError, reasonOf} from '../errors.ts';
import type {Stack} from '../runtimes/stack.ts';
import {answers, type Served} from './answers.ts';
import {type Bodies, parseBody, readBody} from './bodies.ts';
import {drain} from './drain.ts';
import {healthOf} from './health.ts';
import {Refusal} from './refusal.ts';
import {openUpstream} from './upstream.ts';

export interface GatewayOptions {
  /** What stands behind it; a role that it has no server for is answered with 501. */
  readonly stack: Pick<Stack, 'engine' | 'servers' | 'evidence'>;
  /** 0 takes a free one. */
  readonly port: number;
  /** For one whole answer of the engine. */
  readonly timeoutMs: number;
}

export interface Gateway extends AsyncDisposable {
  /** Origin without a trailing slash. */
  readonly url: string;
}

const bodyLimitBytes = 32 * 2 ** 20;
/** Of a body that is refused: enough for callers who are a little over the limit, too little to keep the service busy. */
const dropped = {bytes: 64 * 2 ** 20, ms: 10_000};
const retryAfterSeconds = '1';

const refusalOf = (thrown: FastifyError | Refusal): Refusal => {
  if (thrown instanceof Refusal) return thrown;
  if (thrown.statusCode === 413) return new Refusal('too_large', `The body is over ${bodyLimitBytes / 2 ** 20} MiB`);
  if (thrown.statusCode === 415) return new Refusal('wrong_content_type', 'The body must be application/json');
  if ((thrown.statusCode ?? 500) < 500) return new Refusal('invalid', thrown.message);
  return new Refusal('internal', `The service failed: ${reasonOf(thrown)}`);
};

/** Aborted when the caller goes away before it is answered: the engine need not go on. */
const goneSignal = ({raw}: FastifyReply): AbortSignal => {
  const gone = new AbortController();
  if (raw.closed) gone.abort(); // while its body was read
  raw.once('close', () => {
    if (!raw.writableFinished) gone.abort(new Error('the caller went away'));
  });
  return gone.signal;
};

const serviceOf = (served: Served) => {
  const service = fastify({
    bodyLimit: bodyLimitBytes,
    forceCloseConnections: true,
    // What is wrong before any route is found, as /%zz, does not come to the error handler.
    frameworkErrors({message}, _, reply: FastifyReply) {
      const {status, body} = new Refusal('invalid', message);
      void reply.code(status).send(body);
    },
  });
  service.removeAllContentTypeParsers();
  service.addContentTypeParser('application/json', {parseAs: 'buffer'}, async (_: FastifyRequest, bytes: Buffer) =>
    parseBody(bytes),
  );
  service.setErrorHandler<FastifyError | Refusal>(async (thrown, request, reply) => {
    const refusal = refusalOf(thrown);
    await drain(request.raw, dropped);
    // What is left of a body that was not read to its end would be taken for the next request.
    if (refusal.code === 'too_large') reply.header('connection', 'close');
    else reply.removeHeader('connection');
    if (refusal.code === 'engine_unavailable') reply.header('retry-after', retryAfterSeconds);
    return reply.code(refusal.status).send(refusal.body);
  });
  for (const kind of Object.keys(answers) as (keyof Bodies)[]) {
    const answer = answers[kind] as (served: Served, body: object, signal: AbortSignal) => Promise<object>;
    service.post(`/${kind}`, (request, reply) => answer(served, readBody(kind, request.body), goneSignal(reply)));
  }
  service.get('/health', async (_, reply) => {
    const {status, body} = await healthOf(served);
    return reply.code(status).send(body);
  });
  const methods: Readonly<Record<string, string>> = {
    '/embed': 'POST',
    '/rerank': 'POST',
    '/chat': 'POST',
    '/health': 'GET',
  };
  service.setNotFoundHandler(async ({url, method}, reply) => {
    const [path = ''] = url.split('?');
    const right = methods[path];
    if (right === undefined) throw new Refusal('unknown_path', `There is no ${path} here`);
    reply.header('allow', right);
    throw new Refusal('wrong_method', `${path} takes ${right}, not ${method}`);
  });
  return service;
};

/**
 * Serves the contract of docs/contract.md on 127.0.0.1, in front of a stack. Throws BAD_OPTIONS for an engine that is
 * such a service itself, ENGINE_DID_NOT_START when the port cannot be had. Disposing of it closes every connection.
 */
export const startGateway = async ({stack, port, timeoutMs}: GatewayOptions): Promise<Gateway> => {
  const {engine, servers, evidence} = stack;
  const {serving} = engine;
  const endpoints = Object.fromEntries(servers.map(server => [server.role, server]));
  if (serving === null)
    throw new CutoverError('BAD_OPTIONS', `${engine.title} is such a service itself`, {
      hint: 'Name the engine behind it: --engine vllm, sglang or openai.',
    });
  const upstream = openUpstream(engine.readError, timeoutMs);
  const service = serviceOf({engine, serving, endpoints, upstream});
  // As the simulated engine marks its own replies: what it says through us is no evidence either.
  if (evidence === 'simulated')
    service.addHook('onRequest', async (_, reply) => void reply.header('x-cutover-evidence', evidence));
  try {
    await service.listen({host: '127.0.0.1', port});
  } catch (thrown) {
    upstream[Symbol.dispose]();
    throw new CutoverError('ENGINE_DID_NOT_START', `The gateway cannot listen on port ${port}: ${reasonOf(thrown)}`, {
      hint: 'Take another --port; 0 takes a free one.',
      cause: thrown,
    });
  }
  return {
    url: `http://127.0.0.1:${(service.server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      await service.close();
      upstream[Symbol.dispose]();
    },
  };
};
