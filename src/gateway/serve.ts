import type {FastifyReply} from 'fastify';
import {machineNow} from '../load/clock.ts';
import type {Role} from '../schema/request.ts';
import {type Asked, answers} from './answers.ts';
import {type Bodies, readBody} from './bodies.ts';
import {type EventSink, streamChat} from './chat-stream.ts';
import type {Copies} from './copies.ts';
import {ConnectionRefused} from './refusal.ts';
import type {Switchboard} from './switchboard.ts';
import type {Target} from './target.ts';
import type {Turnstile} from './turnstile.ts';
import type {Visit} from './visit.ts';

/** What every request passes through. */
export interface House {
  readonly door: Turnstile;
  readonly switchboard: Switchboard;
  readonly copies: Copies;
  readonly timeoutMs: number;
}

const itemsIn = (body: Bodies[Role]): number =>
  'texts' in body ? body.texts.length : 'documents' in body ? body.documents.length : 1;

/** Says who answers, and that a simulated one's answer is no evidence about a real one: as that engine marks its own replies. */
const sign = (reply: FastifyReply, {arm, evidence}: Target): void => {
  reply.header('x-cutover-target', arm);
  if (evidence === 'simulated') reply.header('x-cutover-evidence', evidence);
  else reply.removeHeader('x-cutover-evidence');
};

/** The reply's head is written with its first event. */
const sinkTo = (reply: FastifyReply): EventSink => {
  const {raw} = reply;
  const begin = () => {
    if (raw.headersSent) return;
    const headers = {'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store'};
    reply.hijack();
    raw.writeHead(200, {...(reply.getHeaders() as Record<string, string>), ...headers});
  };
  return {
    write(text, onReady) {
      begin();
      const wanted = raw.write(text);
      if (!wanted) raw.once('drain', onReady);
      return wanted;
    },
    end(text) {
      begin();
      raw.end(text);
    },
  };
};

/**
 * One request to its answer: checked, let in, sent by the route as it is at that moment, and nowhere else but for a standby where
 * nothing was sent. Throws a Refusal where there is no answer.
 */
export const serve = async (
  {door, switchboard, copies, timeoutMs}: House,
  visit: Visit,
  {bytes, json}: {bytes: Buffer; json: unknown},
  reply: FastifyReply,
): Promise<unknown> => {
  const {kind} = visit;
  const body = readBody(kind, json);
  visit.items = itemsIn(body);
  const asked: Asked<Role> = {bytes, body};
  visit.atDoorMs = machineNow();
  await door.enter(visit, timeoutMs);
  if (visit.over) return reply.hijack();

  const from = async (target: Target): Promise<unknown> => {
    target.load.begin();
    try {
      sign(reply, target);
      if ('stream' in body && body.stream) {
        await streamChat(target, asked as Asked<'chat'>, visit, sinkTo(reply));
        return reply;
      }
      const answer = answers[kind] as (target: Target, asked: Asked<Role>, visit: Visit) => Promise<object>;
      const answered = await answer(target, asked, visit);
      if (answered instanceof Buffer) reply.type('application/json; charset=utf-8');
      return answered;
    } finally {
      target.load.end();
    }
  };

  const {target, standby, mirror} = switchboard.choose(kind);
  const answered = from(target);
  if (mirror !== null) copies.send(mirror, asked, visit);
  try {
    return await answered;
  } catch (thrown) {
    if (!(thrown instanceof ConnectionRefused) || standby === null || visit.over) throw thrown;
    return await from(standby);
  }
};
