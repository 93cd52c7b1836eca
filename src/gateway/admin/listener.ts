import {type FastifyError, type FastifyReply, fastify} from 'fastify';
import {z} from 'zod';
import {reasonOf} from '../../errors.ts';
import {isLoopback} from '../../http/loopback.ts';
import {issueSentences} from '../../issue-sentence.ts';
import {arms} from '../../schema/block.ts';
import {route} from '../../schema/rehearsal.ts';
import type {Journal} from '../journal.ts';
import type {GatewayMetrics} from '../metrics.ts';
import {Conflict, type Switchboard} from '../switchboard.ts';
import {type Drained, drainOrder, type GatewayState, target} from './contract.ts';

interface AdminOptions {
  readonly switchboard: Switchboard;
  readonly journal: Journal;
  readonly metrics: GatewayMetrics;
}

const named = z.object({arm: z.enum(arms)});
const seqAsked = z.object({after: z.coerce.number().int().min(0).default(0)});

class NotHere extends Error {
  readonly statusCode: number;

  constructor(statusCode: number, message: string) {
    super(message);
    this.statusCode = statusCode;
  }
}

const statusOf = (thrown: Error): number => {
  if (thrown instanceof Conflict) return 409;
  if (thrown instanceof z.ZodError) return 400;
  return (thrown as FastifyError).statusCode ?? 500;
};

const sentenceOf = (thrown: Error): string => {
  if (thrown instanceof z.ZodError) return issueSentences(thrown);
  return statusOf(thrown) === 415 ? 'The body must be application/json' : reasonOf(thrown);
};

/**
 * How the gateway is steered: contract.ts. A listener of its own on 127.0.0.1, so that no caller of the service reaches it; and
 * no web page either: its names would have another Host, and its forms no JSON.
 */
export const adminListener = ({switchboard, journal, metrics}: AdminOptions) => {
  const admin = fastify({
    forceCloseConnections: true,
    // What is wrong before any route is found, as /%zz, does not come to the error handler.
    frameworkErrors({message}, _, reply: FastifyReply) {
      void reply.code(400).send({error: message});
    },
  });
  admin.removeContentTypeParser('text/plain');
  admin.addHook('onRequest', async ({host}) => {
    if (!isLoopback(host.replace(/:\d+$/, ''))) throw new NotHere(403, 'This listener is for its own machine');
  });
  admin.setErrorHandler<Error>(async (thrown, _, reply) => {
    return reply.code(statusOf(thrown)).send({error: sentenceOf(thrown)});
  });

  admin.setNotFoundHandler(async ({method, url}) => {
    throw new NotHere(404, `There is no ${method} ${url} here`);
  });

  admin.put('/targets/:arm', async ({params, body}, reply) => {
    switchboard.putTarget(named.parse(params).arm, target.parse(body));
    return reply.code(204).send();
  });
  admin.delete('/targets/:arm', async ({params}, reply) => {
    switchboard.removeTarget(named.parse(params).arm);
    return reply.code(204).send();
  });
  admin.put('/route', async ({body}) => switchboard.putRoute(route.parse(body)));
  admin.get('/state', async (): Promise<GatewayState> => {
    const {nowMs, targets} = switchboard.states();
    return {route: switchboard.route, atMs: nowMs, seq: journal.seq, targets};
  });
  admin.get('/recent', async ({query}) => journal.recent(seqAsked.parse(query).after));
  admin.post('/drain/:arm', async ({params, body}): Promise<Drained> => {
    const {arm} = named.parse(params);
    const inFlight = await switchboard.drain(arm, drainOrder.parse(body).withinMs);
    if (inFlight === null) throw new NotHere(404, `There is no ${arm}`);
    return {inFlight};
  });
  admin.get('/metrics', async (_, reply) => {
    const {type, text} = await metrics.page();
    return reply.header('content-type', type).send(text);
  });
  return admin;
};
