import {STATUS_CODES} from 'node:http';
import {Refusal} from './bodies.ts';
import {answerChat} from './chat.ts';
import {jsonPage, type Page} from './dialects/dialect.ts';
import {answerEmbed, answerRerank} from './embed-rerank.ts';
import {type Exchange, sendPage} from './exchange.ts';
import {answerOwn} from './own-routes.ts';
import type {Service} from './service.ts';
import {answerTokenize} from './tokenize.ts';

const answers = {chat: answerChat, embed: answerEmbed, rerank: answerRerank};

const reset = ({dialect, engine, nextResetFault}: Service): Page => {
  const fault = nextResetFault();
  if (fault !== undefined) return dialect.reset.page(fault === 'reset-ignored');
  return dialect.reset.page(dialect.reset.allowed(engine.stats()) && engine.resetCache());
};

const work = async (service: Service, kind: keyof typeof answers, exchange: Exchange) => {
  const requestId = service.requestId(exchange.request);
  const truth = service.truth.open(requestId, kind, exchange.receivedMs);
  exchange.response.once('close', () => truth.end('client-gone')); // without effect when it had ended before
  try {
    await answers[kind](service, {...exchange, requestId, truth});
  } catch (error) {
    if (error instanceof Refusal) truth.end('rejected');
    throw error;
  }
};

const route = async (service: Service, exchange: Exchange): Promise<void> => {
  const {request, response} = exchange;
  const {dialect} = service;
  const [path = ''] = (request.url ?? '').split('?');
  const key = `${request.method} ${path}`;
  const action = dialect.actions[key];
  const page = dialect.pages[key];
  if (action === 'tokenize') return answerTokenize(service, exchange);
  if (action !== undefined) return work(service, action, exchange);
  const control = service.controls[key];
  if (control !== undefined) return sendPage(response, await control(service, exchange));
  if (page !== undefined) return sendPage(response, page(service.view(request.socket.localPort ?? 0)));
  if (dialect.reset.routes.includes(key)) return sendPage(response, reset(service));
  if (await answerOwn(service, key, exchange)) return;
  // Both engines leave these to FastAPI, which has a shape of its own.
  const known = [dialect.actions, dialect.pages, service.controls].flatMap(Object.keys).concat(dialect.reset.routes);
  const status = known.some(other => other.endsWith(` ${path}`)) ? 405 : 404;
  sendPage(response, jsonPage({detail: STATUS_CODES[status]}, status));
};

/** Answers one request, with the dialect's error where it cannot be served. */
export const answer = async (service: Service, exchange: Exchange): Promise<void> => {
  try {
    await route(service, exchange);
  } catch (error) {
    const {request, response} = exchange;
    if (!(error instanceof Refusal)) {
      if ((error as NodeJS.ErrnoException).code === 'ECONNRESET') return; // the client went away while it was sending
      throw error;
    }
    const {problem} = error;
    if (!request.complete) response.setHeader('connection', 'close');
    request.resume();
    sendPage(response, jsonPage(service.dialect.errorBody(problem), problem.status));
  }
};
