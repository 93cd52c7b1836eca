import type {Span} from '../stats/throughput.ts';
import {firstOf, type Loop, nextSession, type Upcoming} from './loop.ts';
import {Turnstile} from './turnstile.ts';
import {waitUntil} from './wait-until.ts';

/** How long before its time a request is made ready, so that writing its prompt does not delay it. */
const readyMs = 10;

export interface OpenLoopOutcome {
  /** From the first to the last planned arrival; null for fewer than two. */
  readonly steady: Span | null;
  /** Sessions that arrived and were sent; the rest of the plan was not. */
  readonly arrived: number;
  /** How fast the arrivals were sent over how fast they were planned; null for fewer than two. */
  readonly achievedRateRatio: number | null;
}

const widened = (span: Span | null, atMs: number): Span =>
  span === null
    ? {startMs: atMs, endMs: atMs}
    : {startMs: Math.min(span.startMs, atMs), endMs: Math.max(span.endMs, atMs)};

const lengthOf = (span: Span | null) => (span === null ? 0 : span.endMs - span.startMs);

/**
 * Sends a session at each of `arrivalsMs` (ascending, trial clock), whatever the server does. With `maxInFlight`
 * requests running, what is due waits its turn; it is never dropped and still counts from its planned time. A later
 * turn of a session is due when the turn before it has ended. Resolves when every reply has ended.
 */
export const runOpenLoop = async (
  arrivalsMs: readonly number[],
  maxInFlight: number | null,
  loop: Loop,
): Promise<OpenLoopOutcome> => {
  const {send, clock, untilMs, signal, fail} = loop;
  const places = new Turnstile(maxInFlight);
  let arrived = 0;
  let planned: Span | null = null;
  let actual: Span | null = null;

  const runSession = async (arrivalMs: number, ready: Upcoming | null) => {
    let dueMs = arrivalMs;
    let next = ready;
    do {
      await places.enter();
      try {
        if (signal.aborted) return;
        next ??= nextSession(loop);
        if (next === null) return;
        const sample = await send(next.turn, dueMs);
        if (next.turn.turn === 1) {
          arrived += 1;
          planned = widened(planned, arrivalMs);
          actual = widened(actual, sample.sentMs);
        }
        dueMs = sample.endMs;
        next = firstOf(next.rest);
      } finally {
        places.leave();
      }
    } while (next !== null && dueMs < untilMs);
  };

  const running: Promise<void>[] = [];
  for (const arrivalMs of arrivalsMs) {
    await waitUntil(clock, arrivalMs - readyMs, signal, 0);
    if (signal.aborted) break;
    // A session that must wait for a place is taken when it has got one: arrivals keep their order.
    const ready = places.isFree ? nextSession(loop) : null;
    if (ready === null && places.isFree) break;
    await waitUntil(clock, arrivalMs, signal);
    if (signal.aborted) break;
    running.push(runSession(arrivalMs, ready).catch(fail));
  }
  await Promise.all(running);
  const [plannedMs, actualMs] = [lengthOf(planned), lengthOf(actual)];
  return {
    steady: plannedMs > 0 ? planned : null,
    arrived,
    achievedRateRatio: plannedMs > 0 && actualMs > 0 ? plannedMs / actualMs : null,
  };
};
