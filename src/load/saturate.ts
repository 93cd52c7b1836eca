import autocannon from 'autocannon';
import {type Upcoming, upcoming} from './loop.ts';
import {type AutocannonClient, SaturateSlot, type SlotContext} from './saturate-slot.ts';

/** autocannon's own end, which is never the one that is reached; its timer takes at most 2^31 ms. */
const neverSeconds = 2_000_000;

/**
 * A closed loop at the server's limit, by autocannon: `concurrency` connections, each of which sends its next request
 * when the last reply is complete. Whole replies only. Every request of the sessions is sent once; their end or the
 * loop's `untilMs` ends the sending. Resolves when every reply has ended.
 *
 * Of autocannon this uses the connections, which are opened by their first requests, and the `response` event, whose
 * time is a float. It does not use its rates, which send each second's quota in a burst and, unless told to ignore
 * coordinated omission, spread each latency over 1 ms steps; its histogram, which holds whole milliseconds; its end by
 * amount, which shares out the requests beforehand; nor its end by duration, which cuts off the replies that still run.
 */
export const saturate = async (concurrency: number, context: SlotContext): Promise<void> => {
  const {loop, endpoint} = context;
  const timeoutMs = Math.max(1000, context.timeoutMs); // autocannon takes none that is shorter
  // Every connection sends as soon as it is there, so there must be no more of them than requests.
  const firsts: Upcoming[] = [];
  while (firsts.length < concurrency && !loop.signal.aborted) {
    const first = upcoming(loop.measure.sessions.next(), loop);
    if (first === null) break;
    firsts.push(first);
  }
  if (firsts.length === 0) return;

  const slots: SaturateSlot[] = [];
  const run = autocannon({
    url: endpoint.url,
    connections: firsts.length,
    duration: neverSeconds,
    timeout: timeoutMs / 1000,
    sampleInt: 20, // ms until autocannon sees that all its clients have ended
    skipAggregateResult: true,
    setupClient(client) {
      const first = firsts[slots.length];
      if (first !== undefined) slots.push(new SaturateSlot(client as AutocannonClient, first, {...context, timeoutMs}));
    },
  });
  loop.signal.addEventListener('abort', () => {
    for (const slot of slots) slot.abort();
  });
  await run;
};
