import type {Agent} from 'node:http';
import {CutoverError, reasonOf} from '../../errors.ts';
import {fetchText} from '../../http/fetch-text.ts';
import type {ClockOffset} from '../../schema/shard.ts';
import {type Clock, machineNow, toMicrosecond} from '../clock.ts';
import {waitUntil} from '../wait-until.ts';
import {type DateEdge, type DateSeen, edgeBetween, offsetOf} from './date-edge.ts';

/** Changes of the header that are watched closely. */
const edges = 3;
/** How often the header is looked at until it has changed once. */
const lookEveryMs = 50;
/** Before a change is expected: more than the look before it may be off by, and than uvicorn's ticks are late in a second. */
const earlyMs = 20;
/** The changes that are watched are the last ones up to so long before the start, the same ones for every shard. */
const endBeforeStartMs = 2000;
/** For the first change and those that are watched. */
const takesMs = (edges + 2) * 1000;
/** Who begins to measure so long before a start sees all the changes that are to be watched, with a second to spare. */
export const measuredBeforeStartMs = endBeforeStartMs + takesMs + 2000;
const timeoutMs = 5000;
/** A header that has not changed for so long is one that somebody keeps. */
const standsStillMs = 10_000;
/** Date.now() leaves the rest of its ms out. */
const wallStepMs = 1;

/** This machine's wall clock less its monotonic one. */
const wallAheadMs = (): number => Date.now() - machineNow();

/** The wall clock's ms, counted by the monotonic clock from now on: who sets it meanwhile moves nothing. */
const steadyClock = (aheadMs: number): Clock => ({now: () => machineNow() + aheadMs});

/** Not imported: http/fetch-text.ts says why. */
const agentFor = (url: string): Agent =>
  new (process.getBuiltinModule(url.startsWith('https:') ? 'node:https' : 'node:http').Agent)({
    keepAlive: true,
    maxSockets: 1,
  });

/** When this machine's `machineNow` is at `atMs` (ms since 1970) of the reference clock. */
export const machineMsAt = ({offsetMs}: ClockOffset, atMs: number): number => atMs - offsetMs - wallAheadMs();

const noDate = (url: string) =>
  new CutoverError(
    'BAD_OPTIONS',
    `${url} answers without a Date header, so that shards have no clock in common to start by`,
    {
      hint: 'Start the server without --no-date-header, or attach to a proxy in front of it that sends one.',
    },
  );

const standsStill = (url: string) =>
  new CutoverError('BAD_OPTIONS', `The Date header of ${url} has stood still for ${standsStillMs / 1000} s`, {
    hint: 'Attach to the server itself: something in front of it answers from a cache.',
  });

/** Asks a server for its Date header, again and again. */
class DateWatch implements Disposable {
  readonly #url: string;
  readonly #signal: AbortSignal;
  readonly #clock: Clock;
  readonly #agent: Agent;
  #last: DateSeen | null = null;
  #changedMs: number;

  constructor(url: string, clock: Clock, signal: AbortSignal) {
    this.#url = url;
    this.#clock = clock;
    this.#signal = signal;
    this.#agent = agentFor(url);
    this.#changedMs = clock.now();
  }

  /** A new connection meets another server where several stand behind one address; a kept one is sooner answered. */
  async #look(kept: boolean): Promise<DateSeen> {
    const askedMs = this.#clock.now();
    const agent = kept ? {agent: this.#agent} : {};
    const {headers} = await fetchText(this.#url, {timeoutMs, signal: this.#signal, ...agent}).catch(
      (cause: unknown) => {
        this.#signal.throwIfAborted();
        throw new CutoverError('ENGINE_UNREACHABLE', `The Date of ${this.#url} could not be read: ${reasonOf(cause)}`, {
          hint: 'Start the server, or correct the address.',
          cause,
        });
      },
    );
    const secondMs = Date.parse(headers.date ?? '');
    if (Number.isNaN(secondMs)) throw noDate(this.#url);
    return {secondMs, askedMs, cameMs: this.#clock.now()};
  }

  /** Looks once, and says whether the second has changed since the look before. */
  async see(kept: boolean): Promise<DateEdge | null> {
    const seen = await this.#look(kept);
    const edge = this.#last && edgeBetween(this.#url, this.#last, seen);
    this.#last = seen;
    if (edge !== null) this.#changedMs = seen.cameMs;
    else if (seen.cameMs - this.#changedMs > standsStillMs) throw standsStill(this.#url);
    return edge;
  }

  /** Looks every so often, from now until the second changes or it is `untilMs`. */
  async seldom(untilMs: number): Promise<DateEdge | null> {
    while (this.#clock.now() < untilMs) {
      const edge = await this.see(false);
      if (edge !== null) return edge;
      await this.sleep(Math.min(untilMs, this.#clock.now() + lookEveryMs));
    }
    return null;
  }

  /** Looks as often as it is answered, until the second changes. */
  async closely(): Promise<DateEdge> {
    for (;;) {
      const edge = await this.see(true);
      if (edge !== null) return edge;
    }
  }

  async sleep(untilMs: number): Promise<void> {
    await waitUntil(this.#clock, untilMs, this.#signal, 0);
    this.#signal.throwIfAborted();
  }

  /** The server's time is at least this, as of the last look. */
  get aheadMs(): number {
    return this.#last === null ? 0 : this.#last.secondMs - this.#last.cameMs;
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}

/**
 * How far the clock of the server at `url` is ahead of this machine's: by when the seconds of its Date header change, three
 * times in a row, asked for in as quick a succession as it answers. What stands behind the changes is the server's affair;
 * all who watch it see the same ones. It takes four to five seconds, and some hundred small requests.
 *
 * uvicorn's seconds drift by up to 10 ms each, so that offsets which were measured at different times do not agree. So
 * the changes that are watched are the last ones of which there is time to know before `startMs` (ms since 1970 by the same
 * clock): the same ones for every shard, however early it was ready. Past that the next one is all that is watched.
 *
 * Throws BAD_OPTIONS for a server without a Date, or with one that stands still or goes back, ENGINE_UNREACHABLE, and the
 * signal's reason.
 */
export const measureDateOffset = async (url: string, signal: AbortSignal, startMs: number): Promise<ClockOffset> => {
  const aheadMs = wallAheadMs();
  const clock = steadyClock(aheadMs);
  using watch = new DateWatch(url, clock, signal);
  await watch.see(false);
  /** The second of the last change that is watched. */
  const lastMs = Math.floor((startMs - endBeforeStartMs) / 1000) * 1000;
  if (lastMs - takesMs - watch.aheadMs > clock.now()) {
    await watch.sleep(lastMs - takesMs - watch.aheadMs);
    await watch.see(false);
  }
  let edge = await watch.seldom(Number.POSITIVE_INFINITY);
  const seen: DateEdge[] = [];
  while (edge !== null && seen.length < edges) {
    const nextMs = edge.fromMs + 1000 - earlyMs;
    const early = await watch.seldom(nextMs);
    edge = early ?? (await watch.closely());
    if (edge.secondMs > lastMs - edges * 1000) seen.push(edge);
    if (edge.secondMs >= lastMs) break;
  }
  const {offsetMs, errorMs, reference} = offsetOf(seen);
  // Against the wall clock as it is now, should somebody have set it.
  return {reference, offsetMs: toMicrosecond(offsetMs + aheadMs - wallAheadMs()), errorMs: errorMs + wallStepMs};
};
