import {machineClock} from './clock.ts';
import {firstOf, type Lane, type Loop, upcoming} from './loop.ts';
import {RefusalPause} from './refusal-pause.ts';
import type {SteadyWindow} from './steady-window.ts';
import {waitUntil} from './wait-until.ts';

/**
 * Slots that start together march in step for as long as replies take equally long, and the server meets them as
 * bursts. So they start 1 ms after one another, or closer, to be all there within this time.
 */
const longestStartMs = 50;

export interface ClosedLoopOptions {
  /** Slots of the whole load, numbered from 0. */
  readonly concurrency: number;
  /** This part has the slots `index`, `index + of`, `index + 2·of` and so on. */
  readonly part: {readonly index: number; readonly of: number};
  /** Requests of the warm-up, of all slots together; so many slots start with it, and no more than there are. */
  readonly warmup: number;
  /** Told of the measured requests with which slots begin, and of slots that find no more. */
  readonly steady: SteadyWindow;
  /** Called by each slot that finds no more warm-up: the first call begins the measurement. */
  begin(): void;
  /** Resolves when the measurement has begun, in whichever part. */
  begun(): Promise<void>;
}

/**
 * One slot, and its user: takes the next session, sends its requests one after the other, thinking where the session says
 * so, and goes on until there are no more. Who would still think when the time is over leaves at once.
 */
const runLane = async ({sessions, send}: Lane, loop: Loop, untilMs: number, steady: SteadyWindow | null) => {
  const {clock, signal} = loop;
  const refusals = new RefusalPause();
  const over = () => signal.aborted || clock.now() >= untilMs;
  const take = () => (over() ? null : upcoming(sessions.next(), loop));
  let first = true;
  let next = take();
  while (next !== null) {
    const sample = await send(next.turn, null);
    // The trial's clock begins anew between the warm-up and the measurement.
    const endedMs = machineClock.now();
    if (first) steady?.slotBegan(sample);
    first = false;
    await refusals.after(sample, signal);
    next = (over() ? null : firstOf(next.rest)) ?? take();
    const pauseMs = next?.turn.pauseMs ?? 0;
    if (pauseMs <= 0) continue;
    if (pauseMs >= untilMs - clock.now()) return;
    // A user who thinks some tenths of a millisecond longer is no worse one: no core is kept busy for that.
    await waitUntil(machineClock, endedMs + pauseMs, signal, 0);
    if (signal.aborted) return;
  }
  if (!first) steady?.slotRanDry(clock.now());
};

/** The warm-up alone, with everything ended when it resolves. */
export const runWarmup = async (concurrency: number, loop: Loop): Promise<void> => {
  const slots = Array.from({length: concurrency}, () => runLane(loop.warmup, loop, Number.POSITIVE_INFINITY, null));
  await Promise.all(slots.map(slot => slot.catch(loop.fail)));
};

/**
 * The slots of one part. From the warm-up to the measurement they are handed over without draining: a slot that finds no
 * more warm-up sends its first measured request while others still wait for their last warm-up reply, so that the server
 * is never idle between the two. Resolves when every reply has ended.
 */
export const runClosedLoop = async (
  {concurrency, part, warmup, steady, begin, begun}: ClosedLoopOptions,
  loop: Loop,
): Promise<void> => {
  const {untilMs, signal, fail} = loop;

  const runSlot = async () => {
    if (warmup > 0) await runLane(loop.warmup, loop, Number.POSITIVE_INFINITY, null);
    if (signal.aborted) return;
    begin();
    await runLane(loop.measure, loop, untilMs, steady);
  };

  const slots: Promise<void>[] = [];
  const gapMs = Math.min(1, longestStartMs / concurrency);
  /** Starts this part's slots from `from` on, each at its place in the row of all of them. */
  const start = async (from: number, to: number) => {
    const startMs = machineClock.now();
    const first = from + ((part.index + part.of - (from % part.of)) % part.of);
    for (let slot = first; slot < to; slot += part.of) {
      await waitUntil(machineClock, startMs + (slot - from) * gapMs, signal);
      if (signal.aborted || loop.measure.sessions.isOver) return;
      slots.push(runSlot().catch(fail));
    }
  };

  const early = warmup === 0 ? concurrency : Math.min(warmup, concurrency);
  await start(0, early);
  if (early < concurrency) {
    await Promise.race([begun(), aborted(signal)]);
    await start(early, concurrency);
  }
  await Promise.all(slots);
};

const aborted = (signal: AbortSignal) =>
  new Promise<void>(resolve => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), {once: true});
  });
