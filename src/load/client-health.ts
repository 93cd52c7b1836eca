import {monitorEventLoopDelay, PerformanceObserver} from 'node:perf_hooks';
import {FloatColumn} from '../schema/float-column.ts';
import type {Sample} from '../schema/sample.ts';
import type {ClientSeconds} from '../schema/trial.ts';
import {percentile} from '../stats/percentile.ts';
import {type Clock, toMicrosecond} from './clock.ts';
import type {Tally} from './tally.ts';
import type {Transport} from './transport.ts';

/** A look every ms would cost a tenth of a core in wake-ups alone. */
const resolutionMs = 10;
const secondMs = 1000;

/** The histogram holds the time between two firings of a timer: what is beyond its interval is the delay. */
const delayMs = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - resolutionMs);

/** What one thread of the client noted of itself. */
export interface PartHealth {
  readonly loopLagP99Ms: number | null;
  readonly loopLagMaxMs: number | null;
  /** Of sent - scheduled; null where nothing was scheduled. */
  readonly scheduleLagP99Ms: number | null;
  readonly cpuMs: number;
  readonly gcPauses: {readonly count: number; readonly totalMs: number; readonly maxMs: number};
  readonly seconds: ClientSeconds;
}

interface Watched {
  readonly clock: Clock;
  readonly tally: Tally;
  readonly transport: Pick<Transport, 'connectionsRefused'>;
  /** Whether sends are scheduled, so that they can be late. */
  readonly scheduled: boolean;
}

/** Watches this thread's event loop, garbage collector and CPU, and what it holds, second by second from now on. */
export class HealthWatch implements Disposable {
  readonly #watched: Watched;
  readonly #all = monitorEventLoopDelay({resolution: resolutionMs});
  readonly #second = monitorEventLoopDelay({resolution: resolutionMs});
  readonly #observer: PerformanceObserver;
  readonly #timer: NodeJS.Timeout;
  readonly #cpuBefore = process.threadCpuUsage();
  readonly #gc = {count: 0, totalMs: 0, maxMs: 0};
  readonly #seconds: {[K in keyof ClientSeconds]: NonNullable<ClientSeconds[K]>} = {
    sent: [],
    ended: [],
    heldMean: [],
    loopLagMaxMs: [],
    gcPauseMs: [],
    scheduleLagMaxMs: [],
    connectionsRefused: [],
  };
  readonly #lagsMs = new FloatColumn();
  #lagMaxMs = 0;
  #before: {sent: number; ended: number; heldMs: number; gcMs: number; refused: number; atMs: number};

  constructor(watched: Watched) {
    this.#watched = watched;
    this.#before = this.#now();
    this.#all.enable();
    this.#second.enable();
    this.#observer = new PerformanceObserver(list => {
      for (const {duration} of list.getEntries()) {
        this.#gc.count += 1;
        this.#gc.totalMs += duration;
        this.#gc.maxMs = Math.max(this.#gc.maxMs, duration);
      }
    });
    this.#observer.observe({entryTypes: ['gc']});
    this.#timer = setInterval(() => this.#endSecond(), secondMs);
  }

  /** Told of every sample, for how late it was sent. */
  seen({scheduledMs, sentMs}: Sample): void {
    if (scheduledMs === null) return;
    this.#lagMaxMs = Math.max(this.#lagMaxMs, sentMs - scheduledMs);
    this.#lagsMs.push(sentMs - scheduledMs);
  }

  /** What was noted so far; the last second may be a shorter one. */
  read(): PartHealth {
    this.#endSecond();
    const cpu = process.threadCpuUsage(this.#cpuBefore);
    const {scheduleLagMaxMs, ...seconds} = this.#seconds;
    return {
      loopLagP99Ms: this.#all.count === 0 ? null : delayMs(this.#all.percentile(99)),
      loopLagMaxMs: this.#all.count === 0 ? null : delayMs(this.#all.max),
      scheduleLagP99Ms: this.#lagsMs.length === 0 ? null : percentile(this.#lagsMs.view.sort(), 0.99),
      cpuMs: (cpu.user + cpu.system) / 1000,
      gcPauses: {...this.#gc},
      seconds: {...seconds, scheduleLagMaxMs: this.#watched.scheduled ? scheduleLagMaxMs : null},
    };
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#observer.disconnect();
    this.#all.disable();
    this.#second.disable();
  }

  #now() {
    const {clock, tally, transport} = this.#watched;
    return {
      sent: tally.sentHere,
      ended: tally.endedHere,
      heldMs: tally.heldMs,
      gcMs: this.#gc.totalMs,
      refused: transport.connectionsRefused,
      atMs: clock.now(),
    };
  }

  #endSecond(): void {
    const [before, now] = [this.#before, this.#now()];
    const seconds = this.#seconds;
    seconds.sent.push(now.sent - before.sent);
    seconds.ended.push(now.ended - before.ended);
    const heldMs = now.heldMs - before.heldMs;
    seconds.heldMean.push(now.atMs > before.atMs ? toMicrosecond(heldMs / (now.atMs - before.atMs)) : 0);
    seconds.loopLagMaxMs.push(this.#second.count === 0 ? null : toMicrosecond(delayMs(this.#second.max)));
    seconds.gcPauseMs.push(toMicrosecond(now.gcMs - before.gcMs));
    seconds.scheduleLagMaxMs.push(toMicrosecond(this.#lagMaxMs));
    seconds.connectionsRefused.push(now.refused - before.refused);
    this.#second.reset();
    this.#lagMaxMs = 0;
    this.#before = now;
  }
}

const known = (values: readonly (number | null | undefined)[]) => values.filter(value => typeof value === 'number');
const mostKnown = (values: readonly (number | null | undefined)[]) =>
  known(values).length === 0 ? null : Math.max(...known(values));

/** The parts' seconds as one: what is counted is added up, and of lags the worst stands. */
const joinSeconds = (parts: readonly ClientSeconds[]): ClientSeconds => {
  const length = Math.max(...parts.map(({sent}) => sent.length));
  const each = <T>(join: (second: number) => T) => Array.from({length}, (_, second) => join(second));
  const sum = (key: 'sent' | 'ended' | 'heldMean' | 'gcPauseMs' | 'connectionsRefused') =>
    each(second => parts.reduce((total, part) => total + (part[key][second] ?? 0), 0));
  return {
    sent: sum('sent'),
    ended: sum('ended'),
    heldMean: sum('heldMean'),
    loopLagMaxMs: each(second => mostKnown(parts.map(({loopLagMaxMs}) => loopLagMaxMs[second]))),
    gcPauseMs: sum('gcPauseMs'),
    scheduleLagMaxMs: parts.every(({scheduleLagMaxMs}) => scheduleLagMaxMs === null)
      ? null
      : each(second => mostKnown(parts.map(({scheduleLagMaxMs}) => scheduleLagMaxMs?.[second])) ?? 0),
    connectionsRefused: sum('connectionsRefused'),
  };
};

/** What all threads of the client noted, as one: the worst lag of any of them is in the latencies that it measured. */
export const joinHealth = (parts: readonly PartHealth[]): PartHealth => ({
  loopLagP99Ms: mostKnown(parts.map(({loopLagP99Ms}) => loopLagP99Ms)),
  loopLagMaxMs: mostKnown(parts.map(({loopLagMaxMs}) => loopLagMaxMs)),
  scheduleLagP99Ms: mostKnown(parts.map(({scheduleLagP99Ms}) => scheduleLagP99Ms)),
  cpuMs: parts.reduce((sum, {cpuMs}) => sum + cpuMs, 0),
  gcPauses: {
    count: parts.reduce((sum, {gcPauses}) => sum + gcPauses.count, 0),
    totalMs: parts.reduce((sum, {gcPauses}) => sum + gcPauses.totalMs, 0),
    maxMs: Math.max(...parts.map(({gcPauses}) => gcPauses.maxMs)),
  },
  seconds: joinSeconds(parts.map(({seconds}) => seconds)),
});
