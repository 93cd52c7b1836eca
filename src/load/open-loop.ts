import {limits} from '../stats/limits.ts';
import type {Span} from '../stats/throughput.ts';
import type {PlannedArrivals} from './arrivals.ts';
import {firstOf, type Loop, type Upcoming, upcoming} from './loop.ts';
import {Turnstile} from './turnstile.ts';
import {waitUntil} from './wait-until.ts';

/** How long before its time a request is made ready, so that writing its prompt does not delay it. */
const readyMs = 10;

export interface OpenLoopOptions {
  /** In ms on the trial's clock: arrival k of the whole load brings session k. */
  readonly arrivals: PlannedArrivals;
  /** Requests of this part that may run at once; null is without limit. */
  readonly maxInFlight: number | null;
  /** This part has the arrivals `index`, `index + of`, `index + 2·of` and so on. */
  readonly part: {readonly index: number; readonly of: number};
}

/** What one part of an open loop came to. */
export interface OpenLoopOutcome {
  /** Arrivals of the whole plan, those of all parts. */
  readonly arrivals: number;
  /** Sessions that arrived here and were sent; the rest of this part was not. */
  readonly arrived: number;
  /** From the first to the last of their planned and of their actual send times; null where there were none. */
  readonly planned: Span | null;
  readonly actual: Span | null;
  /**
   * Of the first to arrive of its sessions of several requests, from its arrival to its last reply: the time in which the
   * load rises. Infinite where the trial was over before; null where sessions are one request each.
   */
  readonly ramp: Span | null;
  /** Requests that were answered, and how long they took from their planned times, all together. */
  readonly answers: number;
  readonly e2eMs: number;
}

/** The span and one more time. */
const widened = (span: Span | null, atMs: number): Span =>
  span === null
    ? {startMs: atMs, endMs: atMs}
    : {startMs: Math.min(span.startMs, atMs), endMs: Math.max(span.endMs, atMs)};

/**
 * Sends a session at each of its arrivals, whatever the server does. With `maxInFlight` requests running, what is due
 * waits its turn; it is never dropped and still counts from its planned time. A later turn of a session is due when the
 * turn before it has ended and its pause is over. Resolves when every reply has ended.
 */
export const runOpenLoop = async (
  {arrivals, maxInFlight, part}: OpenLoopOptions,
  loop: Loop,
): Promise<OpenLoopOutcome> => {
  const {clock, untilMs, signal, fail} = loop;
  const {sessions, send} = loop.measure;
  const places = new Turnstile(maxInFlight);
  let arrived = 0;
  let planned: Span | null = null;
  let actual: Span | null = null;
  let ramp: {startMs: number; endMs: number} | null = null;
  let [answers, e2eMs] = [0, 0];

  const runSession = async (index: number, arrivalMs: number, ready: Upcoming | null) => {
    let dueMs = arrivalMs;
    let next = ready;
    let first = true;
    let mine: typeof ramp = null;
    do {
      if (!first) await waitUntil(clock, dueMs, signal);
      await places.enter();
      try {
        if (signal.aborted) return;
        next ??= upcoming(sessions.at(index), loop);
        if (next === null) return;
        const sample = await send(next.turn, dueMs);
        if (sample.outcome === 'ok') {
          answers += 1;
          e2eMs += sample.endMs - dueMs;
        }
        const following = firstOf(next.rest);
        if (first) {
          arrived += 1;
          planned = widened(planned, arrivalMs);
          actual = widened(actual, sample.sentMs);
          if (following !== null && (ramp === null || arrivalMs < ramp.startMs))
            ramp = mine = {startMs: arrivalMs, endMs: Number.POSITIVE_INFINITY};
        }
        if (following === null && mine !== null) mine.endMs = sample.endMs;
        first = false;
        next = following;
        dueMs = sample.endMs + (next?.turn.pauseMs ?? 0);
      } finally {
        places.leave();
      }
    } while (next !== null && dueMs < untilMs);
  };

  let running = 0;
  const allEnded = Promise.withResolvers<void>();
  const ended = () => {
    running -= 1;
    if (running === 0) allEnded.resolve();
  };
  const launch = (session: Promise<void>) => {
    running += 1;
    session.catch(fail).finally(ended);
  };
  launch(
    (async () => {
      for (let own = 0; own < arrivals.dueMs.length; own += 1) {
        const index = part.index + own * part.of;
        const arrivalMs = arrivals.dueMs[own] as number;
        await waitUntil(clock, arrivalMs - readyMs, signal, 0);
        if (signal.aborted) break;
        // A session that must wait for a place is taken when it has got one: arrivals keep their order.
        const ready = places.isFree ? upcoming(sessions.at(index), loop) : null;
        if (ready === null && places.isFree) break;
        await waitUntil(clock, arrivalMs, signal);
        if (signal.aborted) break;
        launch(runSession(index, arrivalMs, ready));
      }
    })(),
  );
  await allEnded.promise;
  return {arrivals: arrivals.total, arrived, planned, actual, ramp, answers, e2eMs};
};

const spanOf = (spans: readonly (Span | null)[]): Span | null => {
  let whole: Span | null = null;
  for (const span of spans) if (span !== null) whole = widened(widened(whole, span.startMs), span.endMs);
  return whole !== null && whole.endMs > whole.startMs ? whole : null;
};

/**
 * The planned arrivals, without the time in which there were not yet as many sessions of several requests as there would
 * be from then on. Null where that is not some latencies long: most of what it holds would be requests on their way.
 */
const steadyOf = (parts: readonly OpenLoopOutcome[], planned: Span | null): Span | null => {
  if (planned === null) return null;
  const [ramp] = parts.flatMap(part => part.ramp ?? []).toSorted((one, other) => one.startMs - other.startMs);
  const [startMs, endMs] = [ramp?.endMs ?? planned.startMs, planned.endMs];
  const sum = (key: 'answers' | 'e2eMs') => parts.reduce((total, part) => total + part[key], 0);
  const meanE2eMs = sum('e2eMs') / Math.max(1, sum('answers'));
  return endMs > startMs && endMs - startMs >= limits.steadyLatencies * meanE2eMs ? {startMs, endMs} : null;
};

/** What all parts came to: the steady part of the plan, and how fast they were sent over how fast they were planned. */
export const joinOpenLoops = (
  parts: readonly OpenLoopOutcome[],
): Pick<OpenLoopOutcome, 'arrivals' | 'arrived'> & {
  readonly steady: Span | null;
  readonly achievedRateRatio: number | null;
} => {
  const planned = spanOf(parts.map(part => part.planned));
  const actual = spanOf(parts.map(part => part.actual));
  return {
    steady: steadyOf(parts, planned),
    achievedRateRatio:
      planned === null || actual === null ? null : (planned.endMs - planned.startMs) / (actual.endMs - actual.startMs),
    arrivals: Math.max(0, ...parts.map(({arrivals}) => arrivals)),
    arrived: parts.reduce((sum, part) => sum + part.arrived, 0),
  };
};
