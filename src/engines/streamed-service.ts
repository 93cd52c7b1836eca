import type {Engine} from './engine.ts';
import {service} from './service.ts';
import {notWhole} from './whole-reply.ts';

/**
 * A service on :3001 that streams chat where it is asked to (docs/contract.md), as the gateway does: only a stream tells
 * when the first token came. No choice of a user: whoever speaks to such a service knows that it streams.
 */
export const streamedService: Engine = {
  ...service,
  streams: true,
  body: (request, model) => ({...service.body(request, model), ...(request.kind === 'chat' ? {stream: true} : {})}),
  readWhole: (request, reply, facts) => (request.kind === 'chat' ? notWhole : service.readWhole(request, reply, facts)),
};
