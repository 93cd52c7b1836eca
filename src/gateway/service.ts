import type {IncomingMessage, Server, ServerResponse} from 'node:http';
import type {Socket} from 'node:net';
import {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  LogController,
} from 'fastify';
import {reasonOf} from '../errors.ts';
import {tokenProof, tokenProofHeader} from '../http/token-proof.ts';
import {type Role, roles} from '../schema/request.ts';
import {parseBody} from './bodies.ts';
import {requestIdOf} from './door.ts';
import {drain} from './drain.ts';
import {healthOf} from './health.ts';
import type {Ledger} from './ledger.ts';
import {openapi} from './openapi.ts';
import {Refusal} from './refusal.ts';
import {type House, serve} from './serve.ts';
import {Visit} from './visit.ts';

const bodyLimitBytes = 32 * 2 ** 20;
/** Of a body that is refused: enough for callers who are a little over the limit, too little to keep the service busy. */
const dropped = {bytes: 64 * 2 ** 20, ms: 10_000};
/** Of a caller who may not ask. */
const droppedOfStrangers = {bytes: 2 ** 16, ms: 1000};
/** Who sends slower than this is no caller: 32 MiB in a minute are half a megabyte a second. */
const slowest = {headMs: 10_000, requestMs: 60_000, checkEveryMs: 1000};
const retryAfterSeconds = '1';

const methods: Readonly<Record<string, string>> = {
  '/embed': 'POST',
  '/rerank': 'POST',
  '/chat': 'POST',
  '/health': 'GET',
  '/openapi.json': 'GET',
};

export interface ServiceOptions extends House {
  readonly ledger: Ledger;
  /** Null where everybody may ask. */
  readonly allows: ((authorization: string | undefined) => boolean) | null;
  readonly draining: () => boolean;
  /** Gets one JSON line a request, and what went wrong inside; null for silence. */
  readonly log: ((line: string) => void) | null;
}

/** Why nothing here answers this path with this method. */
const notHere = ({url, method}: FastifyRequest, reply: FastifyReply): Refusal => {
  const [path = ''] = url.split('?');
  const right = methods[path];
  if (right === undefined) return new Refusal('unknown_path', `There is no ${path} here`);
  reply.header('allow', right);
  return new Refusal('wrong_method', `${path} takes ${right}, not ${method}`);
};

type Service = FastifyInstance<Server, IncomingMessage, ServerResponse>;

const refusalOf = (thrown: FastifyError | Refusal): Refusal => {
  if (thrown instanceof Refusal) return thrown;
  if (thrown.statusCode === 413) return new Refusal('too_large', `The body is over ${bodyLimitBytes / 2 ** 20} MiB`);
  if (thrown.statusCode === 415) return new Refusal('wrong_content_type', 'The body must be application/json');
  if ((thrown.statusCode ?? 500) < 500) return new Refusal('invalid', thrown.message);
  return new Refusal('internal', `The service failed: ${reasonOf(thrown)}`);
};

/** Whether an answer is on its way there, by Node's own mark: other bytes would end up in its body. */
const answering = (socket: Socket) =>
  (socket as Socket & {readonly _httpMessage?: ServerResponse | null})._httpMessage?.headersSent === true;

/** What is no HTTP, or comes too slowly, is refused before there is a request. */
const refuseSocket = (error: NodeJS.ErrnoException, socket: Socket): void => {
  if (error.code === 'ECONNRESET' || !socket.writable || answering(socket)) return void socket.destroy();
  const refusal =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? new Refusal('too_slow', 'The request did not come to its end in time')
      : error.code === 'HPE_HEADER_OVERFLOW'
        ? new Refusal('headers_too_large', 'The headers are too long')
        : new Refusal('invalid', 'This is not HTTP/1.1');
  const body = JSON.stringify(refusal.body);
  const head = [
    `HTTP/1.1 ${refusal.status} ${refusal.code}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestIdOf({headers: {}})}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
};

/** The four paths of docs/contract.md and the one shape of its refusals. */
export const serviceOf = ({ledger, allows, draining, log, ...house}: ServiceOptions): Service => {
  const visits = new WeakMap<IncomingMessage, Visit>();
  const service = fastify({
    bodyLimit: bodyLimitBytes,
    forceCloseConnections: true,
    genReqId: requestIdOf,
    requestTimeout: slowest.requestMs,
    http: {
      headersTimeout: slowest.headMs,
      connectionsCheckingInterval: slowest.checkEveryMs,
      requireHostHeader: false, // Node would refuse in a form of its own
    },
    logger: log === null ? false : {stream: {write: (line: string) => log(line.trimEnd())}, base: null},
    logController: new LogController({disableRequestLogging: true}),
    clientErrorHandler: refuseSocket,
    // What is wrong before any route is found, as /%zz, does not come to the error handler.
    frameworkErrors({message}, {id}: FastifyRequest, reply: FastifyReply) {
      const {status, body} = new Refusal('invalid', message);
      void reply.code(status).header('x-request-id', id).send(body);
    },
  });
  service.setChildLoggerFactory(logger => logger); // one a request would be for lines of its own
  service.removeAllContentTypeParsers();
  service.addContentTypeParser('application/json', {parseAs: 'buffer'}, async (_: FastifyRequest, bytes: Buffer) => ({
    bytes,
    json: parseBody(bytes),
  }));

  // An expectation that nobody knows may be ignored (RFC 9110, 10.1.1); Node would refuse it in a form of its own.
  service.server.on('checkExpectation', (request, response) => service.server.emit('request', request, response));

  service.addHook('onRequest', (request, reply, done) => {
    const {id, headers, raw} = request;
    reply.header('x-request-id', id);
    if (headers.host === undefined && raw.httpVersion !== '1.0')
      return done(new Refusal('invalid', 'The request has no host header'));
    if (house.switchboard.primary()?.evidence === 'simulated') reply.header('x-cutover-evidence', 'simulated');
    if (allows?.(headers.authorization) === false) {
      reply.header('www-authenticate', 'Bearer');
      return done(new Refusal('unauthorized', 'The bearer token is missing or wrong'));
    }
    // Before its body: there is nobody to say what type that must have.
    if (request.is404) return done(notHere(request, reply));
    done();
  });

  service.setErrorHandler<FastifyError | Refusal>(async (thrown, request, reply) => {
    const refusal = refusalOf(thrown);
    const visit = visits.get(request.raw);
    if (visit !== undefined) visit.code = refusal.code;
    if (refusal.code === 'internal' && visit?.over !== true)
      request.log.error({err: thrown}, 'a mistake in the gateway');
    await drain(request.raw, refusal.code === 'unauthorized' ? droppedOfStrangers : dropped);
    // What is left of a body that was not read to its end would be taken for the next request.
    if (refusal.code === 'too_large' || refusal.code === 'unauthorized' || refusal.code === 'draining')
      reply.header('connection', 'close');
    else reply.removeHeader('connection');
    if (refusal.advisesRetry) reply.header('retry-after', retryAfterSeconds);
    return reply.code(refusal.status).send(refusal.body);
  });

  const begin = (kind: Role) => (request: FastifyRequest, reply: FastifyReply, done: (refusal?: Error) => void) => {
    const visit = new Visit(request.id, kind);
    visits.set(request.raw, visit);
    ledger.begin(visit, reply.raw);
    // A caller who takes nothing of a finished answer would keep its place for good.
    reply.raw.once('prefinish', () => {
      const {socket} = reply.raw;
      if (socket !== null && socket.writableLength > 0) socket.setTimeout(house.timeoutMs);
    });
    if (draining()) return done(new Refusal('draining', 'The service is being stopped'));
    done();
  };
  for (const kind of roles)
    service.post(`/${kind}`, {onRequest: begin(kind)}, async ({raw, body}, reply) => {
      // Without a type and a length there is nothing to parse.
      if (body === undefined) throw new Refusal('wrong_content_type', 'The body must be application/json');
      return serve(house, visits.get(raw) as Visit, body as {bytes: Buffer; json: unknown}, reply);
    });
  service.get('/openapi.json', () => openapi());
  service.get('/health', async ({headers: {authorization = ''}}, reply) => {
    if (allows !== null) reply.header(tokenProofHeader, tokenProof(authorization.replace(/^bearer /i, '')));
    const {status, body} = await healthOf(draining() ? null : house.switchboard.primary());
    return reply.code(status).send(body);
  });
  return service;
};
