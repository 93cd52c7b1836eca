import {Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse} from 'node:http';
import {buffer} from 'node:stream/consumers';
import {pipeline} from 'node:stream/promises';

interface Workers {
  /** Origins. Each kind in turn, from request to request. */
  readonly prefill: readonly string[];
  readonly decode: readonly string[];
}

const healthTimeoutMs = 2000;
/** Shorter than the 5 s for which uvicorn keeps a connection that rests: a request that is sent as it closes is lost. */
const longestRestMs = 4000;

const inTurn = (urls: readonly string[]) => {
  let next = 0;
  return (): string => urls[next++ % urls.length] ?? '';
};

/** What prefill is asked: the same prompt, one token, in one piece. */
const firstTokenOf = (body: Buffer): Buffer => {
  const {stream_options: _, max_completion_tokens: __, min_tokens: ___, ...asked} = JSON.parse(body.toString());
  return Buffer.from(JSON.stringify({...asked, stream: false, max_tokens: 1}));
};

const refuse = (response: ServerResponse, status: number, message: string): void => {
  const body = JSON.stringify({error: {type: 'two_step_router', code: status, message}});
  response.writeHead(status, {'content-type': 'application/json'}).end(body);
};

/** Of one hop only: each side of the router has its own. */
const hopHeaders = ['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'host'];

const passedOn = (headers: IncomingMessage['headers']): IncomingMessage['headers'] =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !hopHeaders.includes(name)));

/**
 * A server that has each chat request's first token made by a prefill worker, throws it away, and passes on what a decode worker answers to
 * the whole request. What a worker refuses is passed on; one that cannot be reached is a 502; an answer that breaks off, breaks off.
 */
export const twoStepRouter = ({prefill, decode}: Workers): Server => {
  const agent = new Agent({keepAlive: true, timeout: longestRestMs});
  const [nextPrefill, nextDecode] = [inTurn(prefill), inTurn(decode)];

  const ask = (origin: string, from: IncomingMessage, body: Buffer, signal: AbortSignal): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const headers = {...passedOn(from.headers), 'content-length': body.length};
      request(origin + from.url, {method: from.method ?? 'GET', headers, agent, signal})
        .on('response', resolve)
        .on('error', reason => reject(new Error(`${origin} cannot be reached: ${reason.message}`, {cause: reason})))
        .end(body);
    });

  const passOn = async (reply: IncomingMessage, response: ServerResponse): Promise<void> => {
    response.writeHead(reply.statusCode ?? 502, passedOn(reply.headers));
    response.flushHeaders();
    await pipeline(reply, response);
  };

  const answer = async (from: IncomingMessage, response: ServerResponse, signal: AbortSignal): Promise<void> => {
    const body = await buffer(from);
    if (from.method === 'POST' && from.url === '/v1/chat/completions') {
      const first = await ask(nextPrefill(), from, firstTokenOf(body), signal);
      if (first.statusCode !== 200) return await passOn(first, response);
      await buffer(first);
    }
    await passOn(await ask(nextDecode(), from, body, signal), response);
  };

  const isHealthy = async (origin: string): Promise<boolean> => {
    const reply = await fetch(`${origin}/health`, {signal: AbortSignal.timeout(healthTimeoutMs)}).catch(() => null);
    await reply?.body?.cancel();
    return reply?.ok === true;
  };

  const readiness = async (response: ServerResponse): Promise<void> => {
    const healthy = await Promise.all([...prefill, ...decode].map(isHealthy));
    const count = healthy.filter(Boolean).length;
    const body = JSON.stringify({healthy_workers: count, total_workers: healthy.length});
    response.writeHead(count === healthy.length ? 200 : 503, {'content-type': 'application/json'}).end(body);
  };

  return createServer((from, response) => {
    const left = new AbortController();
    response.on('close', () => left.abort());
    const answered = from.url === '/readiness' ? readiness(response) : answer(from, response, left.signal);
    answered.catch((thrown: Error) => {
      if (response.headersSent) response.destroy();
      else refuse(response, thrown instanceof SyntaxError ? 400 : 502, thrown.message);
    });
  }).on('close', () => agent.destroy());
};
