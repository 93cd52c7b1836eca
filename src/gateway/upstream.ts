import {Agent, type IncomingMessage, request as send} from 'node:http';
import {request as sendSecure, Agent as TlsAgent} from 'node:https';
import type {Engine} from '../engines/engine.ts';
import {reasonOf} from '../errors.ts';
import {Refusal} from './refusal.ts';

/**
 * Both engines' web server closes a connection after 5 s without a request. It is not used again after 4 s, so that no
 * request meets that end: to send one again instead could have a chat answered twice.
 */
const idleMs = 4000;
/** Far more than any answer has: 128 vectors of 4096 numbers are 10 MiB of JSON. */
const replyLimitBytes = 64 * 2 ** 20;

export interface Upstream extends Disposable {
  /** The parsed reply to a JSON POST. Throws a Refusal for everything else than an answer. */
  ask(url: string, body: unknown, signal: AbortSignal): Promise<unknown>;
}

/** Connections to the engines, kept open between requests. `timeoutMs` is for a whole reply. */
export const openUpstream = (readError: Engine['readError'], timeoutMs: number): Upstream => {
  const agents = {
    plain: new Agent({keepAlive: true, timeout: idleMs}),
    tls: new TlsAgent({keepAlive: true, timeout: idleMs}),
  };

  const exchange = (url: string, body: string, signal: AbortSignal) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const headers = {'content-type': 'application/json', 'content-length': Buffer.byteLength(body)};
      const secure = url.startsWith('https:');
      const options = {method: 'POST', headers, signal, agent: secure ? agents.tls : agents.plain};
      (secure ? sendSecure : send)(url, options, resolve).on('error', reject).end(body);
    });

  return {
    async ask(url, body, signal) {
      const deadline = AbortSignal.timeout(timeoutMs);
      let reply: {status: number; body: string};
      try {
        const response = await exchange(url, JSON.stringify(body), AbortSignal.any([signal, deadline]));
        reply = {status: response.statusCode ?? 0, body: await bodyOf(response)};
      } catch (thrown) {
        if (thrown instanceof Refusal) throw thrown;
        if (deadline.aborted)
          throw new Refusal('engine_timeout', `The engine gave no answer within ${timeoutMs / 1000} s`);
        throw new Refusal('engine_unavailable', `The engine cannot be reached: ${reasonOf(thrown)}`);
      }
      return answerOf(reply, readError);
    },
    [Symbol.dispose]() {
      agents.plain.destroy();
      agents.tls.destroy();
    },
  };
};

/** Leaving the loop closes the connection, so that no more of it is read. */
const bodyOf = async (response: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > replyLimitBytes)
      throw new Refusal('engine_failed', `The engine's reply is over ${replyLimitBytes / 2 ** 20} MiB`);
  }
  return Buffer.concat(chunks).toString();
};

const answerOf = ({status, body}: {status: number; body: string}, readError: Engine['readError']): unknown => {
  const reason = () => readError(body) ?? `HTTP ${status}`;
  // What is wrong with a request that we have checked is for the engine to say: too many tokens, above all.
  if (status === 400 || status === 413 || status === 422) throw new Refusal('refused', reason());
  if (status === 429 || status === 503) throw new Refusal('engine_unavailable', reason());
  if (status !== 200) throw new Refusal('engine_failed', reason());
  try {
    return JSON.parse(body);
  } catch {
    throw new Refusal('engine_failed', 'The engine answered with something that is not JSON');
  }
};
