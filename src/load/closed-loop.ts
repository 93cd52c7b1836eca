import type {Span} from '../stats/throughput.ts';
import {firstOf, type Loop, nextSession, type Upcoming} from './loop.ts';
import {SteadyWindow} from './steady-window.ts';
import {waitUntil} from './wait-until.ts';

/**
 * Slots that start together march in step for as long as replies take equally long, and the server meets them as
 * bursts. So they start 1 ms after one another, or closer, to be all there within this time.
 */
const longestStartMs = 50;

/**
 * `concurrency` slots, each of which takes the next session, sends its requests one after the other, and goes on until
 * there are no more. Resolves when every reply has ended, with the steady part of the load.
 */
export const runClosedLoop = async (concurrency: number, loop: Loop): Promise<Span | null> => {
  const {send, clock, untilMs, signal, fail} = loop;
  const steady = new SteadyWindow(concurrency);
  const over = () => signal.aborted || clock.now() >= untilMs;
  const after = (last: Upcoming | null) => (over() ? null : ((last && firstOf(last.rest)) ?? nextSession(loop)));

  const runSlot = async () => {
    let first = true;
    for (let next = after(null); next !== null; next = after(next)) {
      steady.add(await send(next.turn, null), first);
      first = false;
    }
  };

  const slots: Promise<void>[] = [];
  const startMs = clock.now();
  const gapMs = Math.min(1, longestStartMs / concurrency);
  while (slots.length < concurrency && !over()) {
    slots.push(runSlot().catch(fail));
    await waitUntil(clock, startMs + slots.length * gapMs, signal);
  }
  await Promise.all(slots);
  return steady.span;
};
