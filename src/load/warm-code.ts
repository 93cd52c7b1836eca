import type {SessionSource} from '../schema/request.ts';
import {trialClock} from './clock.ts';
import {Exchange, newRoute, type Route} from './exchange.ts';
import {netTransport} from './net-transport.ts';
import {startNullServer} from './null-server.ts';
import {embeddingReply, streamWrites} from './reply-bytes.ts';
import {turnsOf} from './turn.ts';

const requests = 256;
const streams = 16;

/** Kinds of requests that this thread has sent often enough. */
const warmed = new Set<string>();

interface Warmed extends Pick<Route, 'engine' | 'timeoutMs'> {
  readonly endpoint: Route['endpoint'] & {readonly model: string};
  readonly sessions: SessionSource;
}

/**
 * Sends some of the load's own requests to a server in this thread, once for each kind of them, so that the code has been
 * compiled when requests are timed: a request costs four times as much at first, and the first requests of many streams
 * at once would queue up behind one another for 50 ms and more. Nothing of it reaches the server that is measured.
 */
export const warmCode = async ({engine, endpoint, timeoutMs, sessions}: Warmed): Promise<void> => {
  const kind = sessions.at(0)?.requests[0]?.kind;
  if (kind === undefined || warmed.has(kind)) return;
  warmed.add(kind);
  const reply = kind === 'chat' ? Buffer.concat(streamWrites(64)) : embeddingReply(8, 256);
  await using server = await startNullServer(reply);
  const clock = trialClock();
  const transport = netTransport(server.url, clock);
  const route = newRoute({engine, endpoint, transport, clock, timeoutMs});
  let index = 0;
  const runSlot = async () => {
    while (index < requests) {
      const session = sessions.at(index);
      index += 1;
      if (session === null) return;
      for (const turn of turnsOf(session, engine, endpoint))
        await new Exchange(route, turn, {trial: -1, index, scheduledMs: null}).ended;
    }
  };
  try {
    await Promise.all(Array.from({length: streams}, runSlot));
  } finally {
    await transport.close();
  }
};
